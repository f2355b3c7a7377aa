import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { askedBy, resourceNamed } from './routes.ts';

const asked = (target: string) => {
  const { pathname, searchParams } = new URL(target, 'http://service.invalid');
  return askedBy(pathname, searchParams);
};
const chip = 'ab'.repeat(64);

describe('a request is read into one name', () => {
  test.each([
    ['/sgx/certification/v4/tcb?fmspc=90c06f000000', '/sgx/certification/v4/tcb?fmspc=90C06F000000&update=standard'],
    [
      '/tdx/certification/v4/tcb?update=EARLY&fmspc=90C06F000000',
      '/tdx/certification/v4/tcb?fmspc=90C06F000000&update=early',
    ],
    [
      '/sgx/certification/v4/qve/identity?tcbEvaluationDataNumber=020',
      '/sgx/certification/v4/qve/identity?tcbEvaluationDataNumber=20',
    ],
    ['/sgx/certification/v4/pckcrl?encoding=pem&ca=Platform', '/sgx/certification/v4/pckcrl?ca=platform&encoding=der'],
    ['/sgx/certification/v4/fmspcs', '/sgx/certification/v4/fmspcs?platform=all'],
    [
      `/vcek/v1/Milan/${chip.toUpperCase()}?snpSPL=8`,
      `/vcek/v1/Milan/${chip}?blSPL=00&teeSPL=00&snpSPL=08&ucodeSPL=00`,
    ],
    [
      '/vcek/v1/Turin/00112233445566AA?fmcSPL=1',
      '/vcek/v1/Turin/00112233445566aa?fmcSPL=01&blSPL=00&teeSPL=00&snpSPL=00&ucodeSPL=00',
    ],
  ])('%s', (target, name) => {
    expect(asked(target)?.resource.target).toBe(name);
    expect(resourceNamed(name).target).toBe(name);
  });

  test.each(['/tdx/certification/v4/pckcrl?ca=platform', '/sgx/certification/v3/tcb', '/vcek/v1/Milan', '/'])(
    '%s is no path of the service',
    (target) => {
      expect(asked(target)).toBeUndefined();
    },
  );
});

test('any other request is read or refused, and its name leads back to it', () => {
  const paths = fc.constantFrom(
    '/sgx/certification/v4/tcb',
    '/tdx/certification/v4/qe/identity',
    '/sgx/certification/v4/pckcrl',
    '/sgx/certification/v4/pckcert',
    `/vcek/v1/Milan/${chip}`,
  );
  const names = fc.constantFrom('fmspc', 'update', 'tcbEvaluationDataNumber', 'ca', 'encoding', 'blSPL', 'cpusvn');
  const values = fc.oneof(
    fc.string(),
    fc.constantFrom('early', 'platform', 'der', '20', '90C06F000000'),
    fc.nat().map(String),
  );
  const queries = fc.array(fc.tuple(names, values), { maxLength: 3 });
  fc.assert(
    fc.property(fc.oneof(paths, fc.webPath()), queries, (path, query) => {
      try {
        const resource = askedBy(path, new URLSearchParams(query))?.resource;
        if (resource !== undefined) expect(resourceNamed(resource.target)).toEqual(resource);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect(['bad_request', 'not_found']).toContain((error as Problem).code);
      }
    }),
  );
});
