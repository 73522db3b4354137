import type { Policy, ReportViolation, ResourceValidationArgs } from "@pulumi/policy";
import type { z } from "zod";
import { matchesAny } from "../planning/pattern.ts";
import type { CloudFacts } from "./cloud-facts.ts";
import { configFaults, configSchema, type ConfigSchema } from "./config.ts";
import { subjectOf, type Subject } from "./subject.ts";

/** Judges one resource: a sentence for each violation, what was found, what is allowed and what to do. */
export type Judge<T> = (subject: Subject, config: T, clouds: CloudFacts) => string[] | Promise<string[]>;

export interface CheckOptions {
  /** Stops a VM that has begun too: for policies without which data is lost. */
  readonly always?: boolean;
}

/** The same for all policies: configuration, excepted VMs, and that a VM which has begun is warned of, not stopped. */
export interface Gate {
  readonly clouds: CloudFacts;
  /** Wraps a judge for validateResourceOfType. */
  check<S extends ConfigSchema>(
    policy: string,
    schema: S,
    judge: Judge<z.infer<S>>,
    options?: CheckOptions,
  ): (props: unknown, args: ResourceValidationArgs, report: ReportViolation) => Promise<void>;
  /** Takes the violations of a VM that has begun, each with its policy's name. */
  takeWarnings(urn: string): string[];
}

/** Name, sentence, level and configuration of a policy. All stop a wave unless they are configured otherwise. */
export function describePolicy(name: string, description: string, schema: ConfigSchema): Policy & { name: string } {
  return { name, description, enforcementLevel: "mandatory", configSchema: configSchema(schema) };
}

/** The configuration of a policy; where it is wrong that is reported, once, and null given back. */
export function readConfig<S extends ConfigSchema>(
  policy: string,
  schema: S,
  args: { getConfig: () => object },
  report: ReportViolation,
  told: Set<string> = new Set<string>(),
): z.infer<S> | null {
  const parsed = schema.safeParse(args.getConfig());
  if (parsed.success) return parsed.data;
  if (!told.has(policy)) {
    report(
      `The configuration of the policy ${policy} is wrong: ${configFaults(parsed.error)}. Mend it in the file of --policy-pack-config.`,
    );
  }
  told.add(policy);
  return null;
}

/** The gate of one run. */
export function createGate(clouds: CloudFacts): Gate {
  const warnings = new Map<string, string[]>();
  const told = new Set<string>();
  return {
    clouds,
    check:
      (policy, schema, judge, options = {}) =>
      async (_props, args, report) => {
        const config = readConfig(policy, schema, args, report, told);
        if (config === null) return;
        const subject = subjectOf(args);
        const { vm, stack, cloud } = subject;
        if (vm !== null && isExcepted(config, vm)) return;
        const violations = (await judge(subject, config, clouds)).map((violation) =>
          vm === null ? violation : `VM ${vm}: ${violation}`,
        );
        if (violations.length === 0) return;
        // Resume and rollback are never blocked: what has begun is only warned of (the policy already-begun).
        const mayHaveBegun = options.always !== true && vm !== null && stack !== null && cloud !== null;
        if (mayHaveBegun && (await clouds.begun(cloud, stack, vm))) {
          const known = warnings.get(args.urn) ?? [];
          warnings.set(args.urn, [...known, ...violations.map((violation) => `${violation} [${policy}]`)]);
          return;
        }
        for (const violation of violations) report(violation);
      },
    takeWarnings: (urn) => {
      const taken = warnings.get(urn) ?? [];
      warnings.delete(urn);
      return taken;
    },
  };
}

function isExcepted(config: Readonly<Record<string, unknown>>, vm: string): boolean {
  const { exceptVms } = config;
  return Array.isArray(exceptVms) && matchesAny(exceptVms.map(String), vm);
}
