import { finds, several, testRule } from "./cases.ts";

testRule("dependency.cycle", [
  finds(
    "a cycle",
    several({ a: {}, b: {}, c: {} }, { a: { dependsOn: ["b"] }, b: { dependsOn: ["a"] }, c: { dependsOn: ["a"] } }),
    ["a", "Critical", /a -> b -> a/],
    ["b", "Critical", /b -> a -> b/],
  ),
]);
