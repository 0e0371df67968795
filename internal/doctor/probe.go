package doctor

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/internal/delivery"
)

// nobody is the name of an action that no stack has: the rule for names wants a
// letter first.
const nobody = "0-probe"

// policy is where an action's rights are written.
const policy = "infra/action.yaml"

// probe has one action try another one's items of the deliveries table. All
// roles are made from one template, so one of them shows what the others may do.
func (r *run) probe(ctx context.Context) []Finding {
	const check = "probe"
	rules, err := r.known(ctx)
	if err != nil {
		return []Finding{unknown(check, err)}
	}
	if len(rules) == 0 {
		return []Finding{{check, Unknown, "not checked: no action has a rule on bus " + r.Stack, deployMain(r.Stack)}}
	}
	from, to := rules[0].Action, nobody
	if len(rules) > 1 {
		to = rules[1].Action
	}
	var reply delivery.ProbeReply
	if err := r.Functions.Invoke(ctx, from, delivery.ProbeRequest{Payhooks: delivery.ProbeAction{Probe: to}}, &reply); err != nil {
		return []Finding{unknown(check, err)}
	}
	return r.judge(from, to, reply)
}

func (r *run) judge(from, to string, reply delivery.ProbeReply) []Finding {
	const check = "probe"
	if reply.Get == "" || reply.Transact == "" || reply.Own == "" {
		return []Finding{{check, Unknown, from + " does not answer probes: it was built with another version", deployMain(r.Stack)}}
	}
	var found []Finding
	compare := "compare the role's statement on " + r.Stack + "-deliveries with " + policy + ", then " + deployMain(r.Stack)
	if reply.Get != delivery.Denied {
		found = append(found, Finding{check, Failed, fmt.Sprintf("GetItem by %s of an item of %s is %s", from, to, reply.Get), compare})
	}
	if reply.Transact != delivery.Denied {
		found = append(found, Finding{check, Failed, fmt.Sprintf("TransactWriteItems by %s on an item of %s is %s", from, to, reply.Transact), compare})
	}
	if reply.Own != delivery.Allowed {
		found = append(found, Finding{
			check, Failed, fmt.Sprintf("TransactWriteItems by %s on its own item is %s: it cannot commit", from, reply.Own),
			"give each action a deliveries table and drop the conditions on dynamodb:LeadingKeys in " + policy,
		})
	}
	if len(found) == 0 {
		found = []Finding{{Check: check, Result: OK, Found: fmt.Sprintf("%s is denied an item of %s, alone and in a transaction, and allowed its own", from, to)}}
	}
	return found
}
