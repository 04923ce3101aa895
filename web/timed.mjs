/** The mean time of the runs that fill some milliseconds, as a browser's clock may have steps of one; and the result. */
export async function timed(run, milliseconds) {
  const begun = performance.now();
  let [result, runs, passed] = [undefined, 0, 0];
  do {
    result = await run();
    runs += 1;
    passed = performance.now() - begun;
  } while (passed < milliseconds);
  return [passed / runs, result];
}
