import { Problem } from '../problem/problem.ts';
import { chainIn } from './judged/certificates.ts';
import type { Received } from './judged/judged.ts';
import { type AmdResource, type IntelResource, pckCrlOf, type Resource, ROOT_CHAIN } from './resource.ts';
import { type Answer, type DownloadOptions, download } from './upstream/download.ts';
import { addressOf, type Endpoint } from './upstream/endpoint.ts';
import { rootCrlOf } from './upstream/intel.ts';

/** The vendors' services, as the operator configured them; what is undefined is not asked. */
export interface Upstreams {
  /** A PCS v4 or a PCCS. */
  readonly intel?: { readonly service: Endpoint; readonly rootCrl?: URL } | undefined;
  readonly amd?: { readonly service: Endpoint } | undefined;
}

/** Asks a vendor's service for a document. Throws the problems `not_found` and `collateral_gone`, and `unavailable`. */
export function receiver(upstreams: Upstreams, limits: DownloadOptions): (resource: Resource) => Promise<Received> {
  return (resource) => (resource.vendor === 'intel' ? ofIntel(resource) : ofAmd(resource));

  async function ofIntel(resource: IntelResource): Promise<Received> {
    const { intel } = upstreams;
    if (intel === undefined) throw unserved('Intel', 'pcs');
    if (resource.kind !== 'root-crl') return asked(resource, intel.service, 'pcs');
    // The list says nothing of the root that signed it: that stands in the chain of another one.
    const list = await asked(pckCrlOf('platform'), intel.service, 'pcs');
    const { certificates, header } = chainIn(resource.target, list, [ROOT_CHAIN]);
    const options = { ...(intel.rootCrl && { rootCrl: intel.rootCrl }) };
    const bytes = await rootCrlOf(
      certificates.map(({ raw }) => raw),
      intel.service,
      options,
      { ...limits, field: 'pcs' },
    );
    return { bytes, headers: new Headers({ [ROOT_CHAIN]: header }) };
  }

  async function ofAmd(resource: AmdResource): Promise<Received> {
    const { amd } = upstreams;
    if (amd === undefined) throw unserved('AMD', 'kds');
    return asked(resource, amd.service, 'kds');
  }

  async function asked({ target }: Resource, service: Endpoint, field: string): Promise<Answer> {
    const answer = await download(addressOf(service, target), { ...limits, field, accept: [400, 404, 410] });
    if (answer.status === 200) return answer;
    if (answer.status === 410) {
      throw new Problem('collateral_gone', "the vendor's service has this issue no more; ask for a newer one");
    }
    throw new Problem('not_found', `the vendor's service does not have it (${answer.status})`);
  }
}

function unserved(vendor: string, key: string): Problem {
  return new Problem('not_found', `this service has no documents of ${vendor}; its operator can configure ${key}`);
}
