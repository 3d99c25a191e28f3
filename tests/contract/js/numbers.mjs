// @azure/communication-phone-numbers through every method of its two clients.

import { randomUUID } from "node:crypto";
import { PhoneNumbersClient, SipRoutingClient } from "@azure/communication-phone-numbers";
import { Count, each } from "./stage.mjs";

const PACKAGE = "@azure/communication-phone-numbers";

const all = async (pages) => {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
};

export async function numbers(settings) {
  const count = new Count();
  count.of(PACKAGE, "PhoneNumbersClient");
  count.of(PACKAGE, "SipRoutingClient");
  const failures = [];
  const client = count.watch(new PhoneNumbersClient(settings.connectionString), "PhoneNumbersClient");
  const sip = count.watch(new SipRoutingClient(settings.connectionString), "SipRoutingClient");
  const order = {
    countryCode: "US",
    phoneNumberType: "tollFree",
    assignmentType: "application",
    capabilities: { calling: "inbound+outbound", sms: "none" },
    quantity: 1,
  };
  const done = async (begun) => (await begun).pollUntilDone();
  const browse = async () =>
    (await client.browseAvailablePhoneNumbers({ countryCode: "US", phoneNumberType: "tollFree" }, {})).phoneNumbers;

  const looking = {
    countries: () => all(client.listAvailableCountries()),
    localities: () => all(client.listAvailableLocalities("US", { administrativeDivision: "WA" })),
    offerings: () => all(client.listAvailableOfferings("US", { phoneNumberType: "tollFree" })),
    areas: async () => {
      await all(client.listAvailableTollFreeAreaCodes("US"));
      await all(client.listAvailableGeographicAreaCodes("US", { locality: "Chicago", administrativeDivision: "IL" }));
      await all(client.listAvailableMobileAreaCodes("IE"));
    },
    operator: () => client.searchOperatorInformation(["+14255550123"], { includeAdditionalOperatorDetails: true }),
  };
  const buying = {
    number: async () => {
      const found = await done(client.beginSearchAvailablePhoneNumbers(order));
      await done(client.beginPurchasePhoneNumbers(found.searchId));
      const [number] = found.phoneNumbers;
      await client.getPurchasedPhoneNumber(number);
      const changed = await done(client.beginUpdatePhoneNumberCapabilities(number, { calling: "inbound", sms: "none" }));
      if (changed.capabilities.calling !== "inbound") throw new Error(`calling is ${changed.capabilities.calling}`);
      if (!(await all(client.listPurchasedPhoneNumbers())).some((one) => one.phoneNumber === number)) throw new Error("not listed");
      await done(client.beginReleasePhoneNumber(number));
    },
  };
  const reserving = {
    reservation: async () => {
      const [first, second] = [randomUUID(), randomUUID()];
      const [one, two] = await browse();
      await client.createOrUpdateReservation({ reservationId: first }, { add: [one, two] });
      await client.createOrUpdateReservation({ reservationId: first }, { remove: [two.id] });
      if (Object.keys((await client.getReservation(first)).phoneNumbers).length !== 1) throw new Error("two are reserved");
      await client.createOrUpdateReservation({ reservationId: second }, { add: [two] });
      await all(client.listReservations());
      await client.deleteReservation(second);
      await done(client.beginReservationPurchase(first));
    },
  };
  const routing = {
    sip: async () => {
      await sip.setTrunks([{ fqdn: "one.example.com", sipSignalingPort: 5061 }]);
      await sip.setTrunk({ fqdn: "two.example.com", sipSignalingPort: 5062 });
      const routes = [{ name: "all", description: "every number", numberPattern: ".*", trunks: ["one.example.com"] }];
      await sip.setRoutes(routes);
      if ((await all(sip.listTrunks())).length !== 2) throw new Error("not two trunks");
      if ((await all(sip.listRoutes()))[0].name !== "all") throw new Error("not that route");
      if ((await sip.getTrunk("two.example.com")).sipSignalingPort !== 5062) throw new Error("not that port");
      await sip.deleteTrunk("two.example.com");
    },
  };
  // Long-running operations are polled every two seconds by this client, so they go on beside each other.
  await Promise.all([looking, buying, reserving, routing].map((steps) => each(steps, failures)));
  return count.result(failures);
}
