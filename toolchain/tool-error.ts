/** A fault that its reader can mend: the message says how, a stack would only hide it. */
export class ToolchainError extends Error {
  override name = "ToolchainError";
}
