import { objectIdentifier, sequence, setOf, utf8String } from '../../der.ts';

/** A distinguished name as dstack writes them: certificates of apps have no organisation. */
export interface Name {
  readonly organisation?: string;
  readonly commonName: string;
}

/** DER of a name: O, CN, both as UTF8String. */
export function encodeName({ organisation, commonName }: Name): Uint8Array {
  return sequence(
    ...(organisation === undefined ? [] : [attribute('2.5.4.10', organisation)]),
    attribute('2.5.4.3', commonName),
  );
}

function attribute(type: string, value: string): Uint8Array {
  return setOf(sequence(objectIdentifier(type), utf8String(value)));
}
