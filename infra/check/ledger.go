package check

import (
	"regexp"
	"slices"
	"strings"
)

// Rights that an action may have, by what they are granted on.
var (
	ledgerActions = []string{"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
	stateActions  = []string{"dynamodb:GetItem", "dynamodb:PutItem"}
)

// checkLedger: an action reads and writes its own deliveries and effects only,
// and its state tables only as far as action.Update needs. Templates with the
// parameter Action belong to actions; all others are the pipeline's.
func checkLedger(root *stack, report reporter) {
	tables := deliveries(root)
	if len(tables) == 0 {
		report("%s: no TableName ends in -deliveries; name the deliveries table ${Stack}-deliveries", dataFile)
	}
	for g := range grants(root) {
		if g.of != nil && text(g.statement["Effect"]) != "Deny" {
			checkLedgerStatement(g, tables, report)
			checkStateStatement(g.by, g.statement, report)
		}
	}
}

// deliveries lists the names of the deliveries tables.
func deliveries(root *stack) (names []string) {
	for t := range root.each(table) {
		if name := t.in.text(t.props()["TableName"]); strings.HasSuffix(name, "-deliveries") {
			names = append(names, name)
		}
	}
	return names
}

func checkLedgerStatement(g grant, tables []string, report reporter) {
	p, st := g.by, g.statement
	whole, index := p.in.reaches(st, tables)
	actions := p.in.tableRights(st)
	if len(actions) == 0 {
		return
	}
	if index {
		report("%s: allows %s on an index of the deliveries table; remove it, an action reads deliveries by their key", p, strings.Join(actions, ", "))
	}
	if !whole {
		return
	}
	if more := beyond(actions, ledgerActions); more != "" {
		report("%s: allows %s on the deliveries table; grant only %s", p, more, strings.Join(ledgerActions, ", "))
	}
	own := g.of.variable("Action") + "#*"
	if !p.in.requires(st, "ForAllValues:StringLike", own) {
		report("%s: the statement on the deliveries table needs the condition ForAllValues:StringLike: {dynamodb:LeadingKeys: [!Sub '${Action}#*']}, which is %s here, and no other pattern", p, own)
	}
	if !p.in.requires(st, "Null", "false") {
		report("%s: the statement on the deliveries table needs the condition 'Null': {dynamodb:LeadingKeys: 'false'}; ForAllValues alone allows calls without a key", p)
	}
}

func checkStateStatement(p place, st map[string]any, report reporter) {
	if !slices.Contains(references(st["Resource"]), reference{kind: "Ref", id: "Tables"}) {
		return
	}
	if more := beyond(p.in.tableRights(st), stateActions); more != "" {
		report("%s: allows %s on Tables; grant only %s there, and more only on RawTables", p, more, strings.Join(stateActions, ", "))
	}
}

// beyond lists the actions that are not among the allowed ones.
func beyond(actions, allowed []string) string {
	more := slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return slices.Contains(allowed, a) })
	return strings.Join(more, ", ")
}

// tableRights lists the statement's actions that can be DynamoDB's.
func (s *stack) tableRights(st map[string]any) []string {
	return slices.DeleteFunc(s.spread(st["Action"]), func(a string) bool {
		return !strings.HasPrefix(strings.ToLower(a), "dynamodb:") && !strings.HasPrefix(a, "*")
	})
}

// requires reports whether the statement holds only if its leading keys compare
// with exactly this value.
func (s *stack) requires(st map[string]any, operator, value string) bool {
	return slices.Equal(s.spread(at(st, "Condition", operator, "dynamodb:LeadingKeys")), []string{value})
}

// reaches reports whether a Resource of the statement matches a deliveries
// table itself, and whether one matches an index of it.
func (s *stack) reaches(st map[string]any, tables []string) (whole, index bool) {
	for _, resource := range s.spread(st["Resource"]) {
		target := variable.ReplaceAllString(resource, "x")
		for _, name := range tables {
			covers, itself := pattern(target), "table/"+variable.ReplaceAllString(name, "x")
			_, indexed, _ := strings.Cut(target, "/index/")
			whole = whole || covers.MatchString(itself)
			index = index || covers.MatchString(itself+"/index/"+indexed)
		}
	}
	return whole, index
}

// pattern matches the last part of the ARNs that a resource stands for.
func pattern(resource string) *regexp.Regexp {
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 || strings.HasSuffix(resource, "*") {
		resource = parts[len(parts)-1]
	}
	quoted := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(resource))
	return regexp.MustCompile("^" + quoted + "$")
}
