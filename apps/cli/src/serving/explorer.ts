import { CONTENT_SECURITY_POLICY, PAGE_FOLDER } from '@assay/explorer';
import { createPageApp, mounted } from '@assay/server';
import type { Service } from './service.ts';

/** Where a service has the page. */
export const EXPLORER_PATH = '/explorer';

/** The page, as a front page tells of it. */
export const EXPLORER = {
  [`${EXPLORER_PATH}/`]: 'a page that verifies evidence in your browser, and this service at one click',
} as const;

/** A service that has the explorer, too. */
export function withExplorer(service: Service): Service {
  const page = createPageApp({
    at: EXPLORER_PATH,
    folder: PAGE_FOLDER,
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
  });
  return { ...service, listening: service.listening.map((one) => ({ ...one, app: mounted([one.app, page]) })) };
}
