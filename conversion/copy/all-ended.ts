/** The values of all of them; where one fails, its fault is thrown when the others have ended, too. */
export async function allEnded<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
