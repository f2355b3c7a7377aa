import { z } from 'zod';
import { coreOf } from './schema.ts';

/** The value that a text stands for, or what was expected instead. */
export type FromText = { readonly value: unknown } | { readonly expected: string };

/**
 * Reads the text of a flag or variable as the type that a schema has: decimal numbers, `true`, `false`, `1` and `0`,
 * lists with commas. What the schema demands beyond its type is not checked here.
 */
export function fromText(schema: z.core.$ZodType, text: string): FromText {
  const { def } = coreOf(schema)._zod;
  if (def.type === 'number')
    return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? { value: Number(text) } : { expected: 'a decimal number' };
  if (def.type === 'boolean')
    return TRUTHS.has(text) ? { value: TRUTHS.get(text) } : { expected: 'true, false, 1 or 0' };
  if (def.type === 'literal') return { value: def.values.find((value) => String(value) === text) ?? text };
  if (def.type === 'array') return listOf(def.element, text.split(','));
  if (def.type === 'union') return alternative(def.options, text);
  return STRUCTURES.includes(def.type) ? { expected: 'it in the file: a text cannot hold it' } : { value: text };
}

const STRUCTURES: readonly string[] = ['object', 'record', 'tuple', 'map', 'set', 'intersection'];

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function listOf(element: z.core.$ZodType, texts: readonly string[]): FromText {
  const values: unknown[] = [];
  for (const text of texts) {
    const item = text.trim() === '' ? { expected: 'no empty item' } : fromText(element, text.trim());
    if ('expected' in item) return { expected: `a list with commas, and in it ${item.expected}` };
    values.push(item.value);
  }
  return { value: values };
}

/** The first reading that the alternative takes, the text itself if there is none. */
function alternative(options: readonly z.core.$ZodType[], text: string): FromText {
  for (const option of options) {
    const reading = fromText(option, text);
    if ('value' in reading && z.core.safeParse(option, reading.value).success) return reading;
  }
  return { value: text };
}
