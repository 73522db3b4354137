import type { Ref } from "./node-values.ts";
import { ApiFault } from "./vsphere-error.ts";
import { nodeAt } from "./node-values.ts";
import { AnswerError, type XmlNode } from "./xml-node.ts";

/** The text of a request: a method of a managed object with its arguments, which are XML already. */
export function envelope(method: string, target: Ref, argumentsXml: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ' +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>' +
    `<${method} xmlns="urn:vim25">${refXml("_this", target)}${argumentsXml}</${method}>` +
    "</soapenv:Body></soapenv:Envelope>"
  );
}

/** An element with a text. */
export const textXml = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;

/** An element that refers to a managed object. */
export const refXml = (name: string, { type, id }: Ref): string =>
  `<${name} type="${escapeXml(type)}">${escapeXml(id)}</${name}>`;

/** Text as it may stand in XML. @throws {RangeError} for control characters, which XML cannot hold. */
export function escapeXml(text: string): string {
  if (/(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text))
    throw new RangeError("a text with control characters cannot be sent");
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

/**
 * The element METHODResponse of an answer.
 * @throws {ApiFault} when the answer is a fault.
 * @throws {AnswerError} when it is no SOAP answer at all.
 */
export function resultOf(root: XmlNode): XmlNode {
  const body = root.name === "Envelope" ? nodeAt(root, "Body") : null;
  const result = body?.children[0];
  if (result === undefined) throw new AnswerError("it is no SOAP answer");
  if (result.name === "Fault") throw faultOf(result);
  return result;
}

/** The type of a fault stands in the detail's xsi:type, else in its name: `InvalidLoginFault`. */
function faultOf(fault: XmlNode): ApiFault {
  const detail = nodeAt(fault, "detail")?.children[0];
  const type = detail?.type ?? detail?.name.replace(/Fault$/, "") ?? "unknown";
  const fields = new Map(detail?.children.map(({ name, text }) => [name, text]) ?? []);
  return new ApiFault(type, nodeAt(fault, "faultstring")?.text ?? "", fields);
}
