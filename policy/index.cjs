// Pulumi's policy host requires a pack's entry through ts-node 7, which cannot load ES modules in TypeScript. It awaits
// a function that the entry exports, and import() does not go through ts-node: tsx loads the pack as it loads the program.
module.exports = async () => {
  const { register } = await import("tsx/esm/api");
  register();
  await import("./pack.ts");
};
