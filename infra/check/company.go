package check

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// demands are parameters of the root that everything nested must be given, with a value
// that a company could set.
var demands = map[string]string{
	"PermissionsBoundary": "arn:aws:iam::123456789012:policy/boundary",
	"KeyArn":              "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555",
	"LogDays":             "365",
	"AlarmTopicArn":       "arn:aws:sns:eu-west-1:123456789012:pager",
	"Tracing":             "on",
}

// checkDemands sets all that a company may demand and looks whether it reaches every
// resource: one role without the boundary is one that the company does not let be created.
func checkDemands(files fs.FS, file string, report reporter) error {
	root, err := load(files, file)
	if err != nil {
		return err
	}
	if !passesDemands(root, report) {
		return nil // one sentence for each, not one for every resource below
	}
	without := map[string]bool{} // what is there without the demands
	for s := range root.all() {
		for id := range s.resources {
			p := place{s, id}
			without[p.String()] = !p.conditional()
		}
	}
	root.give(demands)
	for s := range root.all() {
		for _, id := range sorted(s.resources) {
			// What another parameter leaves out is looked at all the same.
			if p := (place{s, id}); !p.conditional() || !without[p.String()] {
				p.checkDemands(report)
			}
		}
	}
	checkKeyUsers(root, report)
	checkTraces(root, report)
	checkCanaries(root, report)
	return nil
}

// checkCanaries: SAM's own role for CodeDeploy has no boundary, and a version is published
// when the parameter Release changes.
func checkCanaries(root *stack, report reporter) {
	for f := range root.each(function) {
		if f.in.setting(f.id, "AutoPublishAlias") == nil {
			continue
		}
		if text(at(f.in.setting(f.id, "AutoPublishCodeSha256"), "Ref")) != "Release" {
			report("%s: AutoPublishAlias needs AutoPublishCodeSha256: !Ref Release, else a changed parameter never arrives", f)
		}
		if how := object(f.props()["DeploymentPreference"]); how != nil && how["Role"] == nil {
			report("%s: DeploymentPreference needs the Role of infra/canary.yaml: SAM's own has no permissions boundary", f)
		}
	}
}

// passesDemands reports whether each nested stack is given the demands that it has as
// parameters, and the delivery of an action all of them.
func passesDemands(root *stack, report reporter) bool {
	passes := true
	for s := range root.all() {
		if s.parent == nil || s == root.data {
			continue
		}
		for _, name := range sorted(demands) {
			want := map[string]any{"Ref": name}
			if s.params[name] != nil && fmt.Sprint(s.args[name]) != fmt.Sprint(want) {
				passes = false
				report("%s: %s must give %s: !Ref %s to %s, else what a company demands does not reach it", s.parent.file, s.name, name, name, s.file)
			}
		}
	}
	return passes
}

// keyed are the properties that take the key, by type.
var keyed = map[string][]string{
	table:    {"SSESpecification", "KMSMasterKeyId"},
	queue:    {"KmsMasterKeyId"},
	logGroup: {"KmsKeyId"},
	secret:   {"KmsKeyId"},
	topic:    {"KmsMasterKeyId"},
	bus:      {"KmsKeyIdentifier"},
}

func (p place) checkDemands(report reporter) {
	props, kind := p.props(), p.in.kind(p.id)
	want := func(parameter, what string, is any) {
		if got := p.in.text(is); got != demands[parameter] {
			report("%s: %s must be the parameter %s if it is set, it is %q", p, what, parameter, got)
		}
	}
	if path := keyed[kind]; path != nil && !p.survivesKey() {
		is := p.in.chosen(props[path[0]])
		want("KeyArn", strings.Join(path, "."), at(is, path[1:]...))
	}
	switch kind {
	case role:
		want("PermissionsBoundary", "PermissionsBoundary", props["PermissionsBoundary"])
	case logGroup:
		want("LogDays", "RetentionInDays", props["RetentionInDays"])
	case alarm:
		for _, property := range []string{"AlarmActions", "OKActions", "InsufficientDataActions"} {
			for _, action := range list(props[property]) {
				want("AlarmTopicArn", property, action)
			}
		}
	case topic:
		if strings.HasSuffix(p.in.text(props["TopicName"]), "-alarms") {
			report("%s: is created although AlarmTopicArn names another topic; put it under a Condition", p)
		}
	case bus:
		if q, ok := p.in.owner(at(p.in.chosen(props["DeadLetterConfig"]), "Arn")); !ok || !q.survivesKey() {
			report("%s: with a key it needs a DeadLetterConfig whose queue does not need that key", p)
		}
	}
}

// survivesKey reports whether the resource is a bus's dead letters, which are for what a
// lost key makes unreadable.
func (p place) survivesKey() bool { return p.id == "BusDeadLetters" }

// checkKeyUsers: each role may use the key, through services only.
func checkKeyUsers(root *stack, report reporter) {
	for g := range grants(root) {
		if slices.Contains(g.by.in.spread(g.statement["Action"]), "kms:Decrypt") && at(g.statement, "Condition", "StringEquals", "kms:ViaService") == nil {
			report("%s: the key is for services that the role calls: the statement needs Condition: {StringEquals: {kms:ViaService: […]}}", g.by)
		}
	}
	may := mayDo(root, "kms:Decrypt")
	for r := range root.each(role) {
		if !may[r] && strings.Contains(fmt.Sprint(r.props()["AssumeRolePolicyDocument"]), "lambda.amazonaws.com") {
			report("%s: may not use the key of KeyArn: its tables and queues would be closed to it; grant kms:Decrypt and kms:GenerateDataKey under Condition HasKey", r)
		}
	}
}

// checkTraces: with Tracing every function writes traces, and has the right to.
func checkTraces(root *stack, report reporter) {
	may := mayDo(root, "xray:PutTraceSegments")
	for f := range root.each(function) {
		if mode := f.in.text(f.in.setting(f.id, "Tracing")); mode != "Active" {
			report("%s: Tracing must be Active if the parameter Tracing is on, it is %q", f, mode)
		}
		if r, ok := f.in.owner(f.props()["Role"]); ok && !may[r] {
			report("%s: may not write traces: grant xray:PutTraceSegments and xray:PutTelemetryRecords under Condition Traces", r)
		}
	}
}

// mayDo are the roles that have the right to an action, under whatever condition.
func mayDo(root *stack, action string) map[place]bool {
	roles := map[place]bool{}
	for g := range grants(root) {
		if !slices.Contains(g.by.in.spread(g.statement["Action"]), action) {
			continue
		}
		roles[g.by] = true
		for _, name := range list(g.by.props()["Roles"]) {
			if r, ok := g.by.in.owner(name); ok {
				roles[r] = true
			}
		}
	}
	return roles
}
