export const time = { now: "now", ago: "{{time}} ago", in: "in {{time}}" } as const;
