package main

// guard is a line that keeps a promise, and the code without it.
type guard struct {
	name    string
	file    string
	old     string
	without string
	tests   []string // go test's arguments
}

var (
	simulation = []string{"./internal/simtest"}
	ports      = []string{"-run", "Ports", "./infra/local/engine"}
	edge       = []string{"./internal/webhook"}
)

var guards = []guard{
	{
		"the put condition (stored once)", "internal/dynamo/events.go",
		`ConditionExpression:                 aws.String("attribute_not_exists(id)"),`,
		`ConditionExpression:                 aws.String("attribute_not_exists(id) OR attribute_exists(id)"),`, ports,
	},
	{
		"the version condition (no lost update)", "internal/dynamo/save.go",
		`put.ConditionExpression = aws.String("#version = :version")`,
		`put.ConditionExpression = aws.String("#version = :version OR attribute_exists(#version)")`, ports,
	},
	{
		"the fence (a late commit is refused)", "internal/dynamo/save.go",
		`aws.String("#owner = :owner AND #state = :waiting")`,
		`aws.String("(#owner = :owner OR attribute_exists(#owner)) AND #state = :waiting")`, ports,
	},
	{
		"due time and lease in the claim", "internal/dynamo/claim.go",
		`"attribute_not_exists(#event) OR (#state = :waiting AND #next <= :now)"`,
		`"attribute_not_exists(#event) OR (#state = :waiting AND (#next <= :now OR #next > :now))"`, ports,
	},
	{
		"the effect key (no effect twice)", "internal/dynamo/effects.go",
		`aws.String("attribute_not_exists(#event) OR #state = :released")`,
		`aws.String("attribute_not_exists(#event) OR #state = :released OR attribute_exists(#state)")`, ports,
	},
	{
		"the transaction (state and record commit together)", "internal/action/attempt.go",
		`	if err := a.h.Ledger.Save(ctx, a.d, ws...); err != nil {`,
		`	for _, w := range ws {
		if err := a.h.Ledger.Write(ctx, w); err != nil {
			return err
		}
	}
	if err := a.h.Ledger.Save(ctx, a.d); err != nil {`, simulation,
	},
	{
		"the lease (one attempt at a time)", "internal/action/handler.go",
		`Lease: until.Add(leaseMargin)`, `Lease: begin.Add(1)`, simulation,
	},
	{
		"unknown after an interrupted effect", "internal/action/outside.go",
		`held.State, held.Error, held.Updated = event.EffectUnknown, "interrupted between the call and its record", a.h.Now()`,
		`held.State, held.Updated = event.EffectReleased, a.h.Now()
		if err := a.h.Ledger.Settle(ctx, held); err != nil {
			return held, err
		}
		return a.h.Ledger.Intend(ctx, intent)`, simulation,
	},
	{
		"unknown after a lost reply", "internal/action/outside.go",
		`	case certain(err) || again:`, `	case err != nil || again:`, simulation,
	},
	{
		"the partial batch response of an action", "internal/action/handler.go",
		`		if k {`, `		if k && false {`, append([]string{}, "./internal/action/...", "./internal/simtest"),
	},
	{
		"the partial batch response of dispatch", "internal/dispatch/dispatch.go",
		`		out.BatchItemFailures = append(`, `		_ = append(`,
		[]string{"./internal/dispatch"},
	},
	{
		"the sweep of what is due", "internal/reconcile/owed.go",
		`errors.Join(o.walk(ctx, &r), o.due(ctx, &r))`, `errors.Join(o.walk(ctx, &r))`, simulation,
	},
	{
		"the sweep of what has no record", "internal/reconcile/owed.go",
		`errors.Join(o.walk(ctx, &r), o.due(ctx, &r))`, `errors.Join(o.due(ctx, &r))`,
		[]string{"./internal/reconcile"},
	},
	{
		"the cursor stays before what failed", "internal/reconcile/owed.go",
		`		if failed = errors.Join(failed, err); failed != nil || budget <= 0 || !timeLeft(ctx) {`,
		`		if failed = errors.Join(failed, err); false {`,
		[]string{"./internal/reconcile"},
	},
	{
		"the fetch's position moves after the commit", "internal/reconcile/missed.go",
		`		if err := take(body); err != nil {`, `		if err := take(body); false {`,
		[]string{"./internal/reconcile"},
	},
	{
		"the fetch's windows overlap", "internal/reconcile/missed.go",
		`	w = &window{From: at.Add(-overlap),`, `	w = &window{From: at,`,
		[]string{"./internal/reconcile"},
	},
	{
		"no flood from the sweep", "internal/dynamo/claim.go",
		`"#state = :waiting AND (attribute_not_exists(#sent) OR #sent <= :before)"`,
		`"#state = :waiting AND (attribute_not_exists(#sent) OR #sent <= :before OR #sent > :before)"`, ports,
	},
	{
		"the signature's age, past", "internal/webhook/signature.go",
		`	case age > Tolerance:`, `	case age > 1000*Tolerance:`, edge,
	},
	{
		"the signature's age, future", "internal/webhook/signature.go",
		`	case age < -Tolerance:`, `	case age < -1000*Tolerance:`, edge,
	},
}
