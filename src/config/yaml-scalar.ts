// YAML 1.1 (yaml.org/type, read 2026-11) as PyYAML's safe_load resolves plain scalars: unlike the `yaml` package's
// own 1.1 schema, `y` and `n` are text and `1e3` is text.

export type ScalarValue = string | number | boolean | null;

const booleans = /^(?:(yes|Yes|YES|true|True|TRUE|on|On|ON)|no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const integer =
  /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|(0[0-7_]+)|(0|[1-9][0-9_]*)|([1-9][0-9_]*(?::[0-5]?[0-9])+))$/;
const float = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const infinite = /^(?:([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** What an unquoted scalar means; text where no other type fits. Dates stay text. */
export function resolvePlainScalar(text: string): ScalarValue {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return null;
  const truth = booleans.exec(text);
  if (truth !== null) return truth[1] !== undefined;
  const whole = integer.exec(text);
  if (whole !== null) return parseInteger(whole);
  if (float.test(text)) return Number(text.replaceAll("_", ""));
  if (infinite.test(text))
    return /n/i.test(text.slice(-1)) ? Number.NaN : text.startsWith("-") ? -Infinity : Infinity;
  return text;
}

function parseInteger([, sign, binary, hexadecimal, octal, decimal, sexagesimal]: RegExpExecArray): number {
  const plain = (digits: string) => digits.replaceAll("_", "");
  const size =
    binary !== undefined
      ? Number.parseInt(plain(binary), 2)
      : hexadecimal !== undefined
        ? Number.parseInt(plain(hexadecimal), 16)
        : octal !== undefined
          ? Number.parseInt(plain(octal), 8)
          : decimal !== undefined
            ? Number(plain(decimal))
            : plain(sexagesimal ?? "")
                .split(":")
                .reduce((total, part) => total * 60 + Number(part), 0);
  return sign === "-" ? -size : size;
}
