import * as z from "zod";

type ObjectSchema = { type: "object"; [keyword: string]: unknown };

/**
 * JSON Schema of a tool's input or output, in the small vocabulary that every client takes: no unions, references,
 * type lists or boolean schemas. Throws on a kind of zod schema that is not of this vocabulary.
 */
export function toJsonSchema(schema: z.ZodObject): ObjectSchema {
  const members = Object.entries(schema.shape);
  const required = members.flatMap(([name, member]) => (member instanceof z.ZodOptional ? [] : [name]));
  const properties = Object.fromEntries(members.map(([name, member]) => [name, toMember(member)]));
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
}

function toMember(member: z.core.$ZodType): Readonly<Record<string, unknown>> {
  const description = member instanceof z.ZodType ? member.description : undefined;
  return { ...toType(member), ...(description === undefined ? {} : { description }) };
}

function toType(type: z.core.$ZodType): Readonly<Record<string, unknown>> {
  if (type instanceof z.ZodOptional) return toMember(type.unwrap());
  if (type instanceof z.ZodString) return { type: "string" };
  if (type instanceof z.ZodBoolean) return { type: "boolean" };
  if (type instanceof z.ZodNumber) return toNumber(type);
  if (type instanceof z.ZodEnum) return { type: "string", enum: type.options };
  if (type instanceof z.ZodArray) return { type: "array", items: toMember(type.element) };
  if (!(type instanceof z.ZodObject))
    throw new Error(`${type._zod.def.type} has no place in a tool's schema`);
  return Object.keys(type.shape).length === 0 ? { type: "object" } : toJsonSchema(type);
}

function toNumber({ isInt, minValue, maxValue }: z.ZodNumber): Readonly<Record<string, unknown>> {
  return {
    type: isInt ? "integer" : "number",
    ...(isBound(minValue) ? { minimum: minValue } : {}),
    ...(isBound(maxValue) ? { maximum: maxValue } : {}),
  };
}

/** The range of exact integers is no bound that a client needs to be told. */
function isBound(value: number | null): boolean {
  return value !== null && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}
