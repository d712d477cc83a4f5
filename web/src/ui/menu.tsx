import { DropdownMenu } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";

import { cx } from "@/ui/cx";

/** A menu that opens from a button. */
export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="bg-raised border-line z-50 max-h-[70dvh] min-w-44 overflow-y-auto rounded-lg border p-1 shadow-lg"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex items-center gap-2 rounded-md px-2 py-1.5 outline-none select-none data-[highlighted]:bg-accent-soft " +
  "data-[disabled]:opacity-50 [&_svg]:size-4";

export function MenuItem({
  danger,
  className,
  ...rest
}: ComponentProps<typeof DropdownMenu.Item> & { danger?: boolean }) {
  return <DropdownMenu.Item className={cx(ITEM, danger && "text-bad", className)} {...rest} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="text-muted px-2 py-1 text-xs">{children}</DropdownMenu.Label>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="bg-line my-1 h-px" />;
}
