import type { Json } from '@assay/verify/codec';
import type { Release, ReleaseName } from './release.ts';
import { RpcError } from './rpc-error.ts';
import { errorAnswer, jsonAnswer, notFoundPage } from './wire/answer.ts';
import type { Fields } from './wire/fields.ts';
import { readFields, tooLargeError } from './wire/request.ts';

/** A method of a service. Whatever it throws is answered with 400 and the message; `RpcError` may choose the status. */
export interface Method {
  /** The first release that has it; all have it when it is left out. */
  readonly since?: ReleaseName;
  /** Answers the fields of a request; null is the empty message. */
  readonly run: (fields: Fields) => Json | Promise<Json>;
}

/** Methods of a service by name. */
export type Service = Readonly<Record<string, Method>>;

/** A service at a place: methods are named by what follows the prefix, with or without the service's own name. */
export interface Mount {
  /** From slash to slash. */
  readonly prefix: string;
  /** Like `Tappd.`; nothing is taken away where it is left out. */
  readonly name?: string;
  readonly service: Service;
}

/** Answers requests by the services that are mounted: of several that fit the path, the first that has the method. */
export function createRouter(mounts: readonly Mount[], release: Release): (request: Request) => Promise<Response> {
  const tooLarge = tooLargeError(release);
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const fitting = mounts.flatMap((mount) => {
      const name = methodName(mount, pathname);
      return name === undefined ? [] : [{ name, method: methodOf(mount.service, name, release) }];
    });
    const [shortest] = fitting.map(({ name }) => name).toSorted((a, b) => a.length - b.length);
    if (shortest === undefined || !['GET', 'POST'].includes(request.method)) return notFoundPage(request);
    try {
      const method = fitting.find((found) => found.method !== undefined)?.method;
      if (method === undefined) {
        throw new RpcError(`Service not found: ${shortest}`, release.reaches('0.6.0') ? 404 : 400);
      }
      return jsonAnswer(await method.run(await readFields(request, searchParams, tooLarge)));
    } catch (error) {
      return errorAnswer(error);
    }
  };
}

/** What a path names at a mount; undefined where it is not there. */
function methodName({ prefix, name = '' }: Mount, path: string): string | undefined {
  const rest = path.startsWith(prefix) ? path.slice(prefix.length) : '';
  if (rest === '' || rest.includes('/')) return undefined;
  return rest.startsWith(name) ? rest.slice(name.length) : rest;
}

function methodOf(service: Service, name: string, release: Release): Method | undefined {
  const method = Object.hasOwn(service, name) ? service[name] : undefined;
  return method?.since === undefined || release.reaches(method.since) ? method : undefined;
}
