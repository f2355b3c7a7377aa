/** A value of bencode (BEP 3). Keys of dictionaries hold a character for each byte. */
export type Bencode = number | Uint8Array | readonly Bencode[] | BencodeDictionary;
/** A dictionary; order does not matter here, `encodeBencode` sorts. */
export type BencodeDictionary = ReadonlyMap<string, Bencode>;
