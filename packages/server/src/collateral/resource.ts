/** TEEs of Intel. */
export type IntelTee = 'sgx' | 'tdx';

/** A certification authority for platforms. */
export type PckCa = 'processor' | 'platform';

/** Which issue of Intel's documents is meant. */
export type Issue = { readonly update: 'early' | 'standard' } | { readonly number: number };

/** A document of Intel's provisioning certification service (PCS v4), or of a PCCS. */
export type IntelResource = { readonly vendor: 'intel'; readonly target: string } & (
  | { readonly kind: 'tcb'; readonly tee: IntelTee; readonly fmspc: string; readonly issue: Issue }
  | { readonly kind: 'identity'; readonly id: 'QE' | 'TD_QE' | 'QVE'; readonly issue: Issue }
  | { readonly kind: 'evaluations'; readonly tee: IntelTee }
  | { readonly kind: 'pck-crl'; readonly ca: PckCa }
  | { readonly kind: 'root-crl' }
  | { readonly kind: 'pck' }
  | { readonly kind: 'fmspcs' }
);

/** Product lines that AMD's service has. */
export type AmdLine = 'Milan' | 'Genoa' | 'Turin';

/** A document of AMD's key distribution service. */
export type AmdResource = { readonly vendor: 'amd'; readonly target: string; readonly line: AmdLine } & (
  | { readonly kind: 'chain' | 'crl'; readonly family: 'vcek' | 'vlek' }
  | { readonly kind: 'vcek'; readonly chip: string }
);

/**
 * What can be asked for. `target`, path and query in one form, is its name: in the store, in exported sets, and to the
 * service that has it.
 */
export type Resource = IntelResource | AmdResource;

/** The list of the root's revocations, which each of Intel's documents is held against. */
export const ROOT_CRL: IntelResource = {
  vendor: 'intel',
  kind: 'root-crl',
  target: '/sgx/certification/v4/rootcacrl',
};

/** Header of the chain that is kept beside the root's list: by it the list is authenticated again. */
export const ROOT_CHAIN = 'sgx-pck-crl-issuer-chain';

/** The list of revoked PCK certificates of an authority. */
export function pckCrlOf(ca: PckCa): IntelResource {
  return { vendor: 'intel', kind: 'pck-crl', ca, target: `/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der` };
}

/** The chain or list of a product line. */
export function amdList(kind: 'chain' | 'crl', family: 'vcek' | 'vlek', line: AmdLine): AmdResource {
  const target = `/${family}/v1/${line}/${kind === 'chain' ? 'cert_chain' : 'crl'}`;
  return { vendor: 'amd', kind, family, line, target };
}

/** Documents with a lower rank are judged first: those with a higher one rest on them. */
export function rankOf({ kind }: Resource): number {
  if (kind === 'root-crl' || kind === 'chain') return 0;
  return kind === 'pck-crl' || kind === 'crl' ? 1 : 2;
}
