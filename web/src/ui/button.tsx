import { cva, type VariantProps } from "class-variance-authority";
import type { ButtonHTMLAttributes } from "react";

import { cx } from "@/ui/cx";

export const buttonLook = cva(
  "inline-flex items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap " +
    "transition-colors disabled:opacity-50 disabled:cursor-not-allowed [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "bg-accent text-accent-ink hover:bg-accent/90",
        plain: "border border-line bg-surface text-ink hover:bg-raised hover:border-strong",
        quiet: "text-ink hover:bg-accent-soft",
        danger: "bg-bad text-bad-ink hover:bg-bad/90",
      },
      size: { small: "h-7 px-2 text-xs", normal: "h-9 px-3", icon: "size-9", tiny: "size-7" },
    },
    defaultVariants: { look: "plain", size: "normal" },
  },
);

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & VariantProps<typeof buttonLook>;

/** A button; of type "button" unless told otherwise, so that none submits a form by accident. */
export function Button({ className, look, size, type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={cx(buttonLook({ look, size }), className)} {...rest} />;
}
