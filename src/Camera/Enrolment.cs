using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// Who this camera is: what the server answered to its one-time code. The evidence key and the log's key are pinned here for good,
/// so a later impostor of the server can neither read what is recorded nor have it forgotten.
/// </summary>
/// <param name="Server">Address of the agency, as <c>https://lapel.example/toronto</c>.</param>
/// <param name="EvidencePublicKeySpki">Base64 of the key that clips are sealed to.</param>
/// <param name="LogVerifierKey">The custody log's key in C2SP vkey form.</param>
public sealed record Enrolment(
    string Server,
    CameraId Camera,
    string Serial,
    string Agency,
    string AgencyName,
    string EvidencePublicKeySpki,
    string LogVerifierKey,
    Instant EnrolledAt
)
{
    public static string Software { get; } =
        $"lapel-camera/{typeof(Enrolment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    public EvidencePublicKey EvidenceKey() => EvidencePublicKey.FromSpki(Convert.FromBase64String(EvidencePublicKeySpki));

    public LogVerifier Log() => LogVerifier.Parse(LogVerifierKey);

    /// <exception cref="CameraException">Not enrolled, or the file cannot be read.</exception>
    public static Enrolment Load(Home home)
    {
        if (!File.Exists(home.EnrolmentFile))
            throw new CameraException(
                "This camera is not enrolled: run 'enrol' with the address of the server and a one-time code."
            );
        try
        {
            return JsonSerializer.Deserialize<Enrolment>(File.ReadAllBytes(home.EnrolmentFile), LapelJson.Strict)!;
        }
        catch (JsonException e)
        {
            throw new CameraException($"{home.EnrolmentFile} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Uses a one-time code. The key is made here, on disk before anybody hears of it, and never leaves.</summary>
    /// <exception cref="CameraException">One clear sentence.</exception>
    public static async Task<Enrolment> Enrol(
        Home home,
        Uri server,
        string code,
        string serial,
        HttpClient http,
        CancellationToken stop
    )
    {
        if (File.Exists(home.EnrolmentFile))
            throw new CameraException(
                $"This camera is enrolled already, as {Load(home).Camera}: use another --home for another camera."
            );
        // A new one for every try: the server may have enrolled the last one although its answer was lost, and takes no key twice.
        using var key = CameraKey.New();
        key.Save(home.KeyFile);
        var ask = new Ask(code.Trim(), Convert.ToBase64String(key.Spki), serial, Software);
        var answer = await Post(http, new Uri(server, "api/v1/cameras/enrol"), ask, stop);
        var enrolment = new Enrolment(
            server.ToString().TrimEnd('/'),
            answer.Camera,
            serial,
            answer.Agency,
            answer.AgencyName,
            answer.EvidencePublicKeySpki,
            answer.LogVerifierKey,
            answer.ServerTime
        );
        MustBeUsable(enrolment);
        // If we die before this: the code is used up and the camera does not know; it needs a new code, nothing is lost.
        Durable.WriteFile(home.EnrolmentFile, JsonSerializer.SerializeToUtf8Bytes(enrolment, LapelJson.Strict));
        return enrolment;
    }

    /// <summary>
    /// The agency's address, ending in a slash. Clear HTTP only to this machine, unless the operator says so: whoever can answer in
    /// the server's place at enrolment can read everything the camera will ever record.
    /// </summary>
    /// <exception cref="CameraException">Not an address to enrol at.</exception>
    public static Uri Address(string text, bool allowClearHttp)
    {
        if (
            !Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
        )
            throw new CameraException($"'{text}' is not the address of a server, such as https://lapel.example/toronto.");
        if (address.Scheme == "http" && !address.IsLoopback && !allowClearHttp)
            throw new CameraException(
                $"'{text}' is not encrypted: use https, or --allow-clear-http on a network that only you use."
            );
        return address;
    }

    static async Task<Answer> Post(HttpClient http, Uri address, Ask ask, CancellationToken stop)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(address, ask, LapelJson.Strict, stop);
            if (!response.IsSuccessStatusCode)
                throw new CameraException(
                    $"The server did not enrol this camera: {(await Problem.Read(response, stop)).Sentence}"
                );
            return await response.Content.ReadFromJsonAsync<Answer>(LapelJson.Lenient, stop)
                ?? throw new JsonException("the answer is null");
        }
        catch (HttpRequestException e)
        {
            throw new CameraException(
                $"The server at {address.GetLeftPart(UriPartial.Authority)} cannot be reached: {e.Message}",
                e
            );
        }
        catch (JsonException e)
        {
            throw new CameraException($"The server's answer is not that of a Lapel server: {e.Message}", e);
        }
    }

    static void MustBeUsable(Enrolment enrolment)
    {
        try
        {
            _ = enrolment.EvidenceKey();
            _ = enrolment.Log();
        }
        catch (Exception e) when (e is FormatException or System.Security.Cryptography.CryptographicException)
        {
            throw new CameraException($"The server sent a key that cannot be used: {e.Message}", e);
        }
    }

    sealed record Ask(string Code, string PublicKeySpki, string Serial, string Software);

    sealed record Answer(
        CameraId Camera,
        string Agency,
        string AgencyName,
        string EvidencePublicKeySpki,
        string LogVerifierKey,
        Instant ServerTime
    );
}
