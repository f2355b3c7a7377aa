import type { z } from 'zod';

/** What is where: operations by path and method, as `createDocsApp` describes them. */
export type ApiPaths = Readonly<
  Record<`/${string}`, Readonly<Partial<Record<'get' | 'post' | 'put' | 'delete', ApiOperation>>>>
>;

/** One method of one path. */
export interface ApiOperation {
  /** Unique in a document: names of generated clients come from it. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly ApiParameter[];
  readonly body?: ApiContent & { readonly description: string };
  /** Whether a bearer token gives more than callers without one get; or whether there is no answer without. */
  readonly bearer?: true | 'required';
  /** By status. `default` is for all that is not listed. */
  readonly answers: Readonly<Record<number | 'default', ApiAnswer>>;
}

/** A parameter of the query, or of the path where its name is in braces. */
export interface ApiParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: z.ZodType;
  /** Default false; those of a path always are. */
  readonly required?: true;
  readonly example?: string;
}

/** An answer, in one or several media types. */
export interface ApiAnswer {
  readonly description: string;
  readonly content: Readonly<Record<string, ApiContent>>;
}

/** What a body looks like: one of the schemas. A schema with a `title` is written once for all who name it. */
export interface ApiContent {
  readonly schemas: readonly z.ZodType[];
  /** Named, in words of the reader. */
  readonly examples?: Readonly<Record<string, unknown>>;
}
