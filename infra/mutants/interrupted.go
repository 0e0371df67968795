package main

const (
	interruptedFile = "internal/delivery/interrupted.go"
	leftFile        = "internal/crash/left.go"
)

// interrupted: the attempts that a process did not end.
var interrupted = []guard{
	{
		"an ended attempt is not ended again", interruptedFile,
		`(d.Owner != i.Owner || d.Lease.IsZero())`, `d.Owner != i.Owner`, rowTest("Row31NextProcess"),
	},
	{
		"an interrupted attempt is ended by its own token", interruptedFile,
		`owner: i.Owner, began`, `owner: d.Owner, began`, rowTest("Row31NextProcess"),
	},
	{
		"an interrupted attempt that held nothing ends as one", interruptedFile,
		`Claimed: a.claimed}), i.Began)`, `Claimed: true}), i.Began)`, rowTest("Row31NextProcess"),
	},
	{
		"an attempt that returned is not interrupted", handler,
		`	h.ended(a)
`, ``, rowTest("Row31NextProcess"),
	},
	{
		"a process that lives is not taken for gone", leftFile,
		`	if !tryLock(f) {
		return nil`, `	if !tryLock(f) && f == nil {
		return nil`, crashTest("LivingProcess"),
	},
	{
		"an attempt that could not be ended is kept", leftFile,
		`	if err == nil {
		_, _ = os.Remove`, `	if err == nil || true {
		_, _ = os.Remove`, crashTest("CouldNotBeEnded"),
	},
	{
		"a panic's text is not kept", "internal/crash/why.go",
		`		return "crash: panic"`, `		return "crash: " + line`, crashTest("ReadOnce"),
	},
}

func crashTest(test string) []string {
	return named(test, "internal/crash")
}
