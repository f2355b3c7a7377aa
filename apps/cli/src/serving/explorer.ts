import { CONTENT_SECURITY_POLICY, PAGE_FOLDER } from '@assay/explorer';
import { createPageApp, type Hono, mounted } from '@assay/server';
import type { Service } from './service.ts';

/** Where a service has the page. */
export const EXPLORER_PATH = '/explorer';

/** The page, as a front page tells of it. */
export const EXPLORER = {
  [`${EXPLORER_PATH}/`]: 'a page that verifies evidence in your browser, and this service at one click',
} as const;

/** The page, for a service to mount. */
export function createExplorerApp(): Hono {
  return createPageApp({ at: EXPLORER_PATH, folder: PAGE_FOLDER, contentSecurityPolicy: CONTENT_SECURITY_POLICY });
}

/** A service that has the explorer, too. */
export function withExplorer(service: Service): Service {
  const page = createExplorerApp();
  return { ...service, listening: service.listening.map((one) => ({ ...one, app: mounted([one.app, page]) })) };
}
