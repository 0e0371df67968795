package main

const (
	wireFile   = "internal/wire/client.go"
	sendFile   = "internal/wire/send.go"
	wiredFile  = "internal/dynamo/ddb/client.go"
	handedFile = "internal/webhook/gateway.go"
)

// wired: the calls that functions make without the SDK's clients are the SDK's, and what API
// Gateway hands over is read as encoding/json reads it.
var wired = []guard{
	{
		"a connection that was closed meanwhile costs no try", sendFile,
		`	req.Header["Idempotency-Key"] = nil`, ``, named("TestAClosedConnection", "internal/wire"),
	},
	{
		"an effect is one request", wireFile,
		`c.Retryer, c.transport, c.once = aws.NopRetryer{}, `, `c.transport, c.once = `, named("TestEffectIsOneRequest", "internal/wire"),
	},
	{
		"an effect has its own connection", "internal/outcome/outcome.go",
		`		t.DisableKeepAlives = true`, `		t.DisableKeepAlives = false`, named("TestEffectIsOneRequest", "internal/wire"),
	},
	{
		"a body is packed densely where that saves a unit", "internal/dynamo/body.go",
		`begun > len(packed)/8 {`, `begun > 0 {`, named("TestPackingCostsNoUnit", "internal/dynamo"),
	},
	{
		"a body is written with the dictionary only when asked", "internal/dynamo/tables.go",
		`stack: stack, bodies: newPacker(plain)}`, `stack: stack, bodies: newPacker(asked)}`, named("OnlyWhereItIsAskedFor", "internal/dynamo"),
	},
	{
		"a failure before the first request is not kept", "internal/secret/value.go",
		`		v.tried = time.Time{}
		release()`, `		release()`, named("TestFailureWhileWarm", "internal/secret"),
	},
	{
		"DynamoDB zips no answer", sendFile,
		`"Accept-Encoding", "identity"`, `"Accept-Language", "en"`, named("TestAnswerIsNotZipped", "internal/wire"),
	},
	{
		"calls that succeed fill the budget of repeats", wireFile,
		`release(err), attempted(err)`, `release(err), attempted`, named("TestCallsThatSucceedFill", "internal/wire"),
	},
	{
		"an answer has the checksum of its header", sendFile,
		`sum != "" && sum != strconv`, `sum == "-" && sum != strconv`, named("TestAnswerWithAnotherChecksum", "internal/wire"),
	},
	{
		"a missing region is named", wireFile,
		`	case name == "":`, `	case false:`, named("TestMissingRegion", "internal/wire"),
	},
	{
		"a region does not make another host", wireFile,
		`strings.Trim(name, regionLetters) != ""`, `strings.Trim(name, regionLetters) == "x"`, named("TestRegionThatWouldBe", "internal/wire"),
	},
	{
		"an item is not written without what is not known of it", "internal/dynamo/ddb/value.go",
		`		to.Null()`, ``, named("TestUnknownValues", "internal/dynamo/ddb"),
	},
	{
		"a configuration that wants FIPS hosts gets them", "internal/wire/configured.go",
		`		host += "-fips"
`, ``, named("TestFIPSHosts", "internal/wire"),
	},
	{
		"repeats are those of the configuration", "internal/wire/retry.go",
		`cfg.RetryMaxAttempts != 0`, `false`, named("TestRepeatsAreThose", "internal/wire"),
	},
	{
		"a message that was damaged on its way is refused", "internal/sqsqueue/client.go",
		`sum != "" && hex`, `sum == "-" && hex`, named("TestMessageThatWasDamaged", "internal/sqsqueue"),
	},
	{
		"mappings of all pages are read", "internal/lambdacall/client.go",
		`page.NextMarker == ""`, `true`, named("TestClientAsks", "internal/lambdacall"),
	},
	{
		"the repeats of a transaction are one", wiredFile,
		`	if in.ClientRequestToken == nil {`, `	if false {`, named("TestClientAsks", "internal/dynamo/ddb"),
	},
	{
		"a throttled try is counted", "internal/dynamo/throttled.go",
		`	c.Wire.Tried = func(_ context.Context, in, out any, err error) { countThrottled(counts, in, out, err) }`, ``, named("TestEveryThrottledTry", "internal/dynamo"),
	},
	{
		"a member in another spelling is left to encoding/json", handedFile,
		`		s.twice = s.twice || slices.ContainsFunc(names`, `		_ = slices.ContainsFunc(names`, named("TestRequestIsRead", "internal/webhook"),
	},
	{
		"a member of another kind is left to encoding/json", handedFile,
		`	s.twice = true
	s.pass()`, `	s.pass()`, named("TestRequestIsRead", "internal/webhook"),
	},
	{
		"what is read before the first request ends within a second", "internal/start/stack.go",
		`context.WithTimeout(context.Background(), warmTime)`, `context.WithTimeout(context.Background(), time.Hour)`, named("TestWarmWaits", "internal/start"),
	},
	{
		"a certificate of another host is not judged again", "internal/wire/trust.go",
		` && !errors.As(err, new(x509.HostnameError))`, ``, named("TestSystemIsNotAsked", "internal/wire"),
	},
	{
		"Amazon's roots are not asked again where others certify", "internal/wire/trust.go",
		`	t.wide.Store(true)`, ``, named("TestServicesOfOtherRoots", "internal/wire"),
	},
	{
		"a deployment's own roots are left alone", "internal/start/roots.go",
		`	if ownRoots(os.Getenv) {`, `	if false {`, named("TestRootsAreThose", "internal/start"),
	},
}
