import { PolicyPack } from "@pulumi/policy";
import { askClouds } from "./cloud-facts.ts";
import { createGate } from "./gate.ts";
import { policies } from "./policies.ts";

// The constructor starts the server that the engine talks to: it stands here alone, so that tests can import policies.
new PolicyPack("wavelift", { policies: policies(createGate(askClouds())) });
