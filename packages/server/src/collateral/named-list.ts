import { crlUriOf } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';
import { rootOf } from './judged/intel-others.ts';
import { queryOf } from './query.ts';
import { type PckCa, pckCrlOf, type Resource, ROOT_CRL } from './resource.ts';
import type { CollateralService } from './service.ts';

/** Where certificates of Intel's say that the lists of their authorities are. */
const INTEL_SERVICE = 'api.trustedservices.intel.com';
const AUTHORITIES: readonly PckCa[] = ['processor', 'platform'];

/**
 * Which list an address in a certificate means: the root's or an authority's. The address is compared, never fetched.
 * Throws the problem `not_found` for any other.
 */
export async function listNamed(parameters: URLSearchParams, service: CollateralService): Promise<Resource> {
  const uri = queryOf(parameters, ['uri']).required('uri', /^.{1,2048}$/, 'the address in a certificate');
  const rootUri = crlUriOf(rootOf(await service.get(ROOT_CRL)).extensions);
  if (uri === rootUri) return ROOT_CRL;
  const url = URL.parse(uri);
  const isVendors = url?.host === INTEL_SERVICE || (rootUri !== undefined && url?.host === URL.parse(rootUri)?.host);
  const isList = /^\/sgx\/certification\/v[34]\/pckcrl$/.test(url?.pathname ?? '');
  const ca = AUTHORITIES.find((name) => name === url?.searchParams.get('ca'));
  if (isVendors && isList && ca !== undefined) return pckCrlOf(ca);
  throw new Problem('not_found', 'uri: no list that is kept here is at this address', { field: 'uri' });
}
