import { systemError } from './errno.ts';
import type { FuseFolder, FuseNode } from './tree.ts';

/** The nodes that the kernel knows, by the number it calls them. */
export interface NodeTable {
  /** Throws ENOENT for a number that was never given or is forgotten. */
  get(id: bigint): FuseNode;
  /** The number of a node that is answered to a lookup; the kernel forgets each lookup once. */
  remember(node: FuseNode): bigint;
  forget(id: bigint, lookups: bigint): void;
}

const ROOT = 1n;

/** A table that starts with the root. */
export function createNodeTable(root: FuseFolder): NodeTable {
  const byId = new Map<bigint, { readonly node: FuseNode; lookups: bigint }>([[ROOT, { node: root, lookups: 1n }]]);
  const ids = new Map<FuseNode, bigint>([[root, ROOT]]);
  let last = ROOT;
  return {
    get(id) {
      const known = byId.get(id);
      if (known === undefined) throw systemError('ENOENT');
      return known.node;
    },
    remember(node) {
      const id = ids.get(node) ?? last + 1n;
      const known = byId.get(id) ?? { node, lookups: 0n };
      known.lookups += 1n;
      if (id > last) last = id;
      byId.set(id, known);
      ids.set(node, id);
      return id;
    },
    forget(id, lookups) {
      const known = byId.get(id);
      if (known === undefined || id === ROOT) return;
      known.lookups -= lookups;
      if (known.lookups > 0n) return;
      byId.delete(id);
      ids.delete(known.node);
    },
  };
}
