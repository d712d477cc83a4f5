import { useState } from "react";

import type { FieldFault } from "@/api/problem";
import type { JobTypeInfo } from "@/api/types";
import { ParamsForm } from "@/submit/params-form";
import { startParams, toParams } from "@/submit/schemas";

type Params = Record<string, unknown>;

interface ParamsFieldProps {
  type: JobTypeInfo;
  /** What it begins with: mounted anew for another type, or for what somebody else saved. */
  value: Params;
  onChange: (value: Params) => void;
  /** Pointers as the API has them: /params/dataset. */
  errors: readonly FieldFault[];
}

/** The parameters of a schedule's job type, by the same form as the job's own. */
export function ParamsField({ type, value, onChange, errors }: ParamsFieldProps) {
  const [form, setForm] = useState(() => startParams(type, value));
  const change = (next: Params) => {
    setForm(next);
    onChange(toParams(type, next));
  };
  return <ParamsForm type={type} value={form} errors={errors} onChange={change} />;
}
