import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface TabsProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  tabs: readonly { value: T; title: string }[];
  /** Of the chosen tab. */
  children: ReactNode;
}

/** Parts of a page of which one is seen; which one is the page's business (its address). */
export function Tabs<T extends string>({ label, value, onChange, tabs, children }: TabsProps<T>) {
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className="flex min-h-0 flex-col gap-4"
    >
      <Radix.List aria-label={label} className="border-line flex gap-1 overflow-x-auto border-b">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="data-[state=active]:border-accent data-[state=active]:text-accent hover:text-accent -mb-px border-b-2 border-transparent px-3 py-2 whitespace-nowrap data-[state=active]:font-semibold"
          >
            {tab.title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} className="min-h-0 outline-none" tabIndex={-1}>
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
