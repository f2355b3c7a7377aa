import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';

/** A node of a syntax tree in the shape of ESTree. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** One member of a documented type. */
interface Member {
  readonly text: string | undefined;
  /** Types that the member's value may have, documented themselves. */
  readonly types: readonly DocumentedType[];
}

/** An interface, object type or alias with the first words about each member. */
export interface DocumentedType {
  readonly text: string | undefined;
  readonly member: (name: string) => Member | undefined;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** TSDoc of the exported types in a folder's sources, by name. */
export function documentedTypes(folder: string): ReadonlyMap<string, DocumentedType> {
  const types = new Map<string, DocumentedType>();
  for (const file of globSync('*.ts', { cwd: folder }).filter((name) => !name.endsWith('.test.ts'))) {
    const source = readFileSync(join(folder, file), 'utf8');
    const { program, errors } = parseSync(file, source);
    if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
    for (const statement of nodesIn(program.body)) {
      const declared = isNode(statement.declaration) ? statement.declaration : undefined;
      if (declared === undefined || !isNode(declared.id)) continue;
      const body = declared.body ?? declared.typeAnnotation;
      if (!/^TS(Interface|TypeAlias)Declaration$/.test(declared.type) || !isNode(body)) continue;
      types.set(String(declared.id.name), typeOf(body, docBefore(source, statement.start), source, types));
    }
  }
  return types;
}

function typeOf(
  node: SyntaxNode,
  text: string | undefined,
  source: string,
  known: ReadonlyMap<string, DocumentedType>,
): DocumentedType {
  return {
    text,
    member(name) {
      const inherited = referencesIn(node, known).map((type) => type.member(name));
      const own = signaturesIn(node).find((signature) => isNode(signature.key) && signature.key.name === name);
      if (own === undefined) return inherited.find((member) => member !== undefined);
      const annotation = own.typeAnnotation;
      if (!isNode(annotation)) return { text: docBefore(source, own.start), types: [] };
      const types = [...referencesIn(annotation, known), typeOf(annotation, undefined, source, known)];
      return { text: docBefore(source, own.start), types };
    },
  };
}

/** Member signatures of the object types that make up a type; members of members are left out. */
function signaturesIn(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.type === 'TSPropertySignature') return [node];
  return nodesIn(Object.values(node)).flatMap(signaturesIn);
}

/** Documented types that a type names outside its members. */
function referencesIn(node: SyntaxNode, known: ReadonlyMap<string, DocumentedType>): readonly DocumentedType[] {
  if (node.type === 'TSPropertySignature') return [];
  const name = node.type === 'TSTypeReference' && isNode(node.typeName) ? String(node.typeName.name) : '';
  const inner = nodesIn(Object.values(node)).flatMap((child) => referencesIn(child, known));
  const named = known.get(name);
  return named === undefined ? inner : [named, ...inner];
}

function nodesIn(values: readonly unknown[]): readonly SyntaxNode[] {
  return values.flatMap((value) => (Array.isArray(value) ? value : [value])).filter(isNode);
}

/** The TSDoc comment that ends right before an offset, as one line of text. */
function docBefore(source: string, offset: number): string | undefined {
  const before = source.slice(0, offset).trimEnd();
  if (!before.endsWith('*/')) return undefined;
  const comment = before.slice(before.lastIndexOf('/**') + 3, -2);
  return comment
    .replaceAll(/^\s*\*\s?/gm, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
