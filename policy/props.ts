import { UnknownValueError } from "@pulumi/policy";

/**
 * Inputs of a resource as the engine hands them to a policy. In a preview the ids of resources to be made are unknown,
 * and reading one throws: these readers take it as "present, value not known", so that a policy goes on judging the rest.
 */
export type Props = Readonly<Record<string, unknown>>;

const UNKNOWN = Symbol("unknown");

function read(props: Props | readonly unknown[], name: string | number): unknown {
  try {
    return Reflect.get(props, name) as unknown;
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
}

/** A text input; undefined when it is absent, empty, unknown, or something else. */
export function text(props: Props, name: string): string | undefined {
  const value = read(props, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number input; undefined when it is absent or unknown. */
export function number(props: Props, name: string): number | undefined {
  const value = read(props, name);
  return typeof value === "number" ? value : undefined;
}

/** A yes/no input; undefined when it is absent or unknown. */
export function flag(props: Props, name: string): boolean | undefined {
  const value = read(props, name);
  return typeof value === "boolean" ? value : undefined;
}

/** Whether an input says anything: an unknown does, an empty text or list does not. */
export function present(props: Props, name: string): boolean {
  const value = read(props, name);
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== "";
}

/** The members of a list of objects; empty when it is absent or unknown. A member that is unknown is one without inputs. */
export function members(props: Props, name: string): Props[] {
  const list = read(props, name);
  return Array.isArray(list) ? Array.from({ length: list.length }, (_, index) => asProps(read(list, index))) : [];
}

/** The texts in a list; unknown ones are left out. */
export function texts(props: Props, name: string): string[] {
  const list = read(props, name);
  if (!Array.isArray(list)) return [];
  const values = Array.from({ length: list.length }, (_, index) => read(list, index));
  return values.filter((value) => typeof value === "string");
}

/** An object input; one without inputs when it is absent or unknown. */
export function object(props: Props, name: string): Props {
  return asProps(read(props, name));
}

function asProps(value: unknown): Props {
  return isProps(value) ? value : {};
}

function isProps(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
