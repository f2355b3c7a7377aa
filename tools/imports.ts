import { parseSync } from 'vite';

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

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Every module a TypeScript source names: static, dynamic, re-exported and type-only alike. Throws when it does not parse. */
export function moduleRequests(path: string, source: string): readonly ModuleRequest[] {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: ModuleRequest[] = [];
  const pending: unknown[] = [program];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    if (!isNode(value)) continue;
    const request = value[REQUESTS[value.type] ?? ''];
    if (isNode(request)) {
      const specifier = typeof request.value === 'string' ? request.value : undefined;
      found.push({ specifier, text: source.slice(request.start, request.end) });
    }
    pending.push(...Object.values(value));
  }
  return found;
}
