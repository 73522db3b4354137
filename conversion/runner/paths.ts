import { z } from "zod";

/** Part of a remote command line, which passes through the login's shell: nothing that means anything to one. */
export const RemotePath = z
  .string()
  .regex(
    /^[A-Za-z0-9._/][A-Za-z0-9._/@+-]*$/,
    "a path of letters, digits and . _ / @ + - (absolute, or from the login's home)",
  );
