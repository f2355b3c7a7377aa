import { parseSync } from 'vite';

/** A node of a syntax tree in the shape of ESTree. */
interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

/** One module request of a source file; `specifier` is undefined where it is computed at run time. */
export interface ModuleRequest {
  readonly specifier: string | undefined;
  /** The request as written, for messages. */
  readonly text: string;
}

/** Syntax that names another module, and the property that holds the name. */
const REQUESTS: Readonly<Record<string, string>> = {
  ImportDeclaration: 'source',
  ExportNamedDeclaration: 'source',
  ExportAllDeclaration: 'source',
  ImportExpression: 'source',
  TSImportType: 'source',
  TSExternalModuleReference: 'expression',
};

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** All nodes of a TypeScript source, in no order. Throws when it does not parse. */
function nodes(path: string, source: string): readonly SyntaxNode[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: SyntaxNode[] = [];
  const pending: unknown[] = [program];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    if (!isNode(value)) continue;
    found.push(value);
    pending.push(...Object.values(value));
  }
  return found;
}

/** Every module a TypeScript source names: static, dynamic, re-exported and type-only alike. Throws when it does not parse. */
export function moduleRequests(path: string, source: string): readonly ModuleRequest[] {
  return nodes(path, source).flatMap((node) => {
    const request = node[REQUESTS[node.type] ?? ''];
    if (!isNode(request)) return [];
    const specifier = typeof request.value === 'string' ? request.value : undefined;
    return [{ specifier, text: source.slice(request.start, request.end) }];
  });
}

/** Calls and constructions in a TypeScript source as `name(` or `new Name(`, with `)` where nothing is passed. Throws when it does not parse. */
export function calls(path: string, source: string): readonly string[] {
  return nodes(path, source).flatMap(({ type, callee, arguments: passed }) => {
    if ((type !== 'CallExpression' && type !== 'NewExpression') || !isNode(callee) || !Array.isArray(passed)) return [];
    const name = `${source.slice(callee.start, callee.end)}(${passed.length === 0 ? ')' : ''}`;
    return [type === 'NewExpression' ? `new ${name}` : name];
  });
}
