import type { TeeName } from '@assay/verify';
import { systemError } from '../fuse/errno.ts';
import type { QuoteSource } from '../software/source.ts';
import { encodeCertificateTable, type TableCertificates } from './certificate-table.ts';
import { createTsmTree, type TsmTree, type TsmTreeOptions } from './tree.ts';

/** What a software machine's configfs-TSM has besides reports. */
export interface SoftwareTsmOptions extends Pick<TsmTreeOptions, 'sleep'> {
  /** Certificates that the host hands to an SNP guest with its reports, as `auxblob`. */
  readonly certificates?: TableCertificates;
}

/** Names of the drivers (drivers/virt/coco). */
const PROVIDERS: Readonly<Partial<Record<TeeName, string>>> = { tdx: 'tdx_guest', snp: 'sev_guest' };

/**
 * The configfs-TSM of a software TD or SNP guest. Throws for a source of another TEE.
 *
 * @example
 * const tree = createSoftwareTsm(createSoftwareTd(vendor, { pck }));
 * const attester = createTsmAttester({ files: createTsmFiles(tree) });
 */
export function createSoftwareTsm(source: QuoteSource, options: SoftwareTsmOptions = {}): TsmTree {
  const provider = PROVIDERS[source.tee];
  if (provider === undefined) throw new Error(`source: expected a TD or an SNP guest, found ${source.tee}`);
  const { certificates, ...rest } = options;
  return createTsmTree({
    ...rest,
    provider,
    async report(inblob) {
      if (inblob.length !== 64) throw systemError('EINVAL', 'read');
      return source.quote(inblob);
    },
    // The SNP driver always has the file; without certificates from the host it is empty.
    ...(source.tee === 'snp' && { auxblob: encodeCertificateTable(certificates) }),
  });
}
