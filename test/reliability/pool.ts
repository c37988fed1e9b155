/** Does `work` for 1 up to `count`, so many at a time. The first failure keeps further ones from beginning. */
export async function pool(
  count: number,
  width: number,
  work: (number: number) => Promise<void>,
): Promise<void> {
  let next = 1;
  let failed = false;
  const worker = async () => {
    while (next <= count && !failed)
      await work(next++).catch((error: unknown) => {
        failed = true;
        throw error;
      });
  };
  const ends = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
