using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>One page for all of it: the phone records, is seen live, asks for help and hears it, and the recording becomes evidence.</summary>
[Collection(Consults.Name)]
public sealed class PhoneOnAir
{
    [Fact]
    public async Task A_phone_records_and_streams_at_once_asks_for_help_and_hears_it_and_what_it_recorded_is_evidence()
    {
        await using var house = await LiveHouse.Open();
        var operations = await house.As("operations");
        await using var phone = await PhoneInHand.Enrolled(house);
        (await operations.Get("api/v1/live/sessions"))
            .GetProperty("items")
            .GetArrayLength()
            .ShouldBe(0, "nothing is streamed before it records");
        await phone.Record();
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-live=live]");

        var clinician = await LiveConsult.Page(phone.Browser, house, 1280, 900, microphone: true);
        await LiveConsult.EnterAsClinician(clinician, operations);
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "I need help with a person in crisis" }).ClickAsync();
        await clinician.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await clinician.Locator("lapel-live-player[data-state=playing]").WaitForAsync();
        await phone.Page.GetByText("1 person watches").WaitForAsync();
        await LiveConsult.Shot(phone.Page, "phone-talking");
        await clinician.Locator("lapel-live-talk button").ClickAsync();
        await clinician.Locator("lapel-live-talk[data-state=heard]").WaitForAsync();
        await phone
            .Page.Locator("lapel-live-duty[data-hearing=yes]")
            .WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await Wait.Until(
            "the clinician's tone at the officer's",
            async () => await phone.Page.EvaluateAsync<double>(LiveEyes.ToneIn("lapel-live-duty audio")) > 100
        );
        (await phone.Page.GetAttributeAsync("lapel-phone", "data-state")).ShouldBe("recording", "help does not stop it");

        // The lens is turned away: nothing is shown, and the recording goes on.
        await phone.Toggle("averted");
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-live=paused]");
        await Wait.Until(
            "the server knows",
            async () =>
                (await operations.Get("api/v1/live/sessions"))
                    .GetProperty("items")[0]
                    .GetProperty("session")
                    .GetProperty("state")
                    .GetString() == "paused"
        );
        await phone.Toggle("averted");
        await phone.Page.WaitForSelectorAsync("lapel-phone[data-live=live]");

        await phone.Stop();
        await Wait.Until(
            "the session ends with the recording",
            async () => (await operations.Get("api/v1/live/sessions")).GetProperty("items").GetArrayLength() == 0
        );
        var recording = await phone.Until("admitted");
        await house.ReceiptOf(recording);
        (await phone.Pieces()).ShouldBe(0);
    }
}
