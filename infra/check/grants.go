package check

import (
	"iter"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// grant is one statement about a role.
type grant struct {
	by        place // the role, or the policy that is attached to it
	of        *stack
	statement map[string]any
	off       bool // the parameters' defaults leave it out
}

// grants visits the statements of all roles. Those of an action's role have its delivery in
// of, also where a policy outside is attached to the role.
func grants(root *stack) iter.Seq[grant] {
	return func(yield func(grant) bool) {
		for s := range root.all() {
			for _, id := range sorted(s.resources) {
				of := s.holder(id)
				more := true
				walkStatements(s.resources[id], place{s, id}.conditional(), func(st map[string]any, off bool) {
					more = more && yield(grant{place{s, id}, of, st, off})
				}, s)
				if !more {
					return
				}
			}
		}
	}
}

// holder is the delivery of the action that a resource belongs to, nil for the pipeline's.
func (s *stack) holder(id string) *stack {
	if s.params["Action"] != nil {
		return s
	}
	for _, name := range list(s.props(id)["Roles"]) {
		if r, ok := s.owner(name); ok && r.in.params["Action"] != nil {
			return r.in
		}
	}
	return nil
}

// pipelineTables are those that no action changes; deliveries.go has the rule for the
// deliveries.
var pipelineTables = []string{"events", "cursors", "quarantine"}

// tableRights are the rights on tables that a role may have beyond single items.
var tableRights = []struct {
	role, actions, resource string // regular expressions
	because                 string
}{
	{"DispatchRole", "dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)", "table/x-events/stream/.*", "Lambda reads the stream for it"},
	{"ReconcileRole", "dynamodb:Query", "table/x-(events|quarantine)/index/received", "what is pending, and how much is quarantined"},
	{"ReconcileRole", "dynamodb:Query", "table/x-deliveries/index/unfinished", "what is due"},
	{"ReconcileRole", "dynamodb:Scan", "table/x-cursors", "a row for each account that events come from, all of which each run reads"},
}

// items are the rights on single items of a table.
var items = []string{"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}

// rawItems are those of raw transact items, on the tables of RawTables only.
var rawItems = []string{"dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}

// checkTables: a role reads and writes single items; who lists or deletes is in a list. No
// action changes the pipeline's tables, and each state table has one action that writes it.
func checkTables(root *stack, report reporter) {
	for g := range grants(root) {
		if g.statement["Principal"] != nil || text(g.statement["Effect"]) == "Deny" {
			continue
		}
		for _, action := range g.by.in.tableRights(g.statement) {
			for _, resource := range g.by.in.spread(g.statement["Resource"]) {
				if problem := g.tableRight(action, variable.ReplaceAllString(resource, "x")); problem != "" {
					report("%s: %s on %s: %s", g.by, action, resource, problem)
				}
			}
		}
	}
	checkWriters(root, report)
}

// tableRight says what is wrong with a right, nothing if it is in order.
func (g grant) tableRight(action, resource string) string {
	raw := slices.Contains(references(g.statement["Resource"]), reference{kind: "Ref", id: "RawTables"})
	switch {
	case resource == "", slices.Contains(rawItems, action) && raw:
		return ""
	case g.of != nil && whole(arnOf+"table/x-events/index/subject", resource) && action == "dynamodb:Query":
		if g.of.variable("Related") != "on" && !g.off {
			return "only an action with Related: 'on' calls Related; put the statement under that condition"
		}
		return ""
	case !slices.Contains(items, action) && !listedRight(g.by.id, action, resource):
		return "reaches more than single items; remove it, or list it in infra/check/grants.go with its reason"
	case g.of != nil && g.of.variable("Action") != event.Fetch && pipelineTable(resource) && !reads(action, resource):
		return "the table is the pipeline's: an action only reads events, by their ids"
	}
	return ""
}

func listedRight(role, action, resource string) bool {
	for _, r := range tableRights {
		if whole(r.role, role) && whole(r.actions, action) && whole(arnOf+r.resource, resource) {
			return true
		}
	}
	return false
}

func pipelineTable(resource string) bool {
	return slices.ContainsFunc(pipelineTables, func(name string) bool { return strings.HasSuffix(resource, "table/x-"+name) })
}

func reads(action, resource string) bool {
	return strings.HasSuffix(resource, "-events") && (action == "dynamodb:GetItem" || action == "dynamodb:BatchGetItem")
}

// checkWriters: a state table belongs to one action; others name it in Reads.
func checkWriters(root *stack, report reporter) {
	writers := map[string]string{}
	for s := range root.all() {
		if s.params["Action"] == nil {
			continue
		}
		for _, parameter := range []string{"Tables", "RawTables"} {
			for _, arn := range s.spread(map[string]any{"Ref": parameter}) {
				action := s.variable("Action")
				if other, taken := writers[arn]; taken && arn != "" && other != action {
					report("%s: %s writes %s, which is the state of %s; give it its own table, or name the table in Reads", s.file, action, arn, other)
				}
				writers[arn] = action
			}
		}
	}
}
