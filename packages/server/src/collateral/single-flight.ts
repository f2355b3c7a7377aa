/** Runs work for a name once at a time: who asks for it meanwhile gets the same answer. */
export function singleFlight<T>(): (name: string, work: () => Promise<T>) => Promise<T> {
  const flying = new Map<string, Promise<T>>();
  return (name, work) => {
    const under = flying.get(name);
    if (under !== undefined) return under;
    const flight = work().finally(() => flying.delete(name));
    flying.set(name, flight);
    return flight;
  };
}
