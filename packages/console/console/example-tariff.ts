/** What the editor begins with: a charger that is cheaper at night. */
export const EXAMPLE_TARIFF = `{
  "currency": "CNY",
  "time_zone": "Asia/Shanghai",
  "tax_included": "YES",
  "elements": [
    {
      "price_components": [{ "type": "ENERGY", "price": 0.75, "vat": 13, "step_size": 1 }],
      "restrictions": { "start_time": "23:00", "end_time": "07:00" }
    },
    {
      "price_components": [{ "type": "ENERGY", "price": 1.15, "vat": 13, "step_size": 1 }]
    },
    {
      "price_components": [{ "type": "TIME", "price": 3, "vat": 13, "step_size": 60 }],
      "restrictions": { "min_duration": 14400 }
    }
  ]
}
`;
