package check

import (
	"reflect"
	"strings"
)

// protected is how a table is protected: after it exists, so that a deploy that
// fails can delete what it created.
var protected = map[string]any{"Fn::If": []any{"Protected", "true", "false"}}

// checkStores: tables and secrets outlive the stack, and every store is encrypted.
func checkStores(root *stack, report reporter) {
	for t := range root.each(table) {
		p := t.props()
		for _, want := range []struct {
			is   any
			want string
			name string
		}{
			{p["BillingMode"], "PAY_PER_REQUEST", "BillingMode"},
			{at(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), "true", "PointInTimeRecoveryEnabled"},
			{at(t.in.chosen(p["SSESpecification"]), "SSEEnabled"), "true", "SSESpecification.SSEEnabled"},
		} {
			if t.in.text(want.is) != want.want {
				report("%s: %s must be %s", t, want.name, want.want)
			}
		}
		if !reflect.DeepEqual(p["DeletionProtectionEnabled"], protected) {
			report("%s: DeletionProtectionEnabled must be !If [Protected, true, false]: a deploy that fails could not delete it", t)
		}
		checkKept(root, t, p["TableName"], report)
	}
	for s := range root.each(secret) {
		checkKept(root, s, s.props()["Name"], report)
	}
	checkTopics(root, report)
}

// checkKept: what holds data is in dataFile, is kept on every way to lose it but
// the deploy that creates it, and is found by its name.
func checkKept(root *stack, p place, name any, report reporter) {
	if p.in != root.data {
		report("%s: belongs into %s, which outlives the stack", p, dataFile)
		return
	}
	r := object(p.in.resources[p.id])
	for attribute, want := range map[string]string{"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"} {
		if text(r[attribute]) != want {
			report("%s: %s must be %s", p, attribute, want)
		}
	}
	if rest, ok := strings.CutPrefix(p.in.text(name), "${AWS::StackName}"); !ok || len(rest) < 2 || !strings.Contains("-/", rest[:1]) {
		report("%s: its name must be ${Stack}-… for a table, ${Stack}/… for a secret: the stack finds it by that", p)
	}
}

// checkTopics: each is encrypted and has a policy in place of the one that SNS makes.
func checkTopics(root *stack, report reporter) {
	has := map[place]bool{}
	for p := range root.each(topicPolicy) {
		for _, name := range list(p.props()["Topics"]) {
			if t, ok := p.in.owner(name); ok {
				has[t] = true
			}
		}
	}
	for t := range root.each(topic) {
		if !has[t] {
			report("%s: needs an AWS::SNS::TopicPolicy that says who publishes; the one that SNS makes names everybody in the account", t)
		}
		key := t.props()["KmsMasterKeyId"]
		if key == nil {
			report("%s: needs KmsMasterKeyId, if only by a parameter", t)
		}
		// The alarms find their topic by this name.
		alarms := strings.HasSuffix(t.in.text(t.props()["TopicName"]), "-alarms")
		if alarms && strings.HasPrefix(t.in.text(key), "alias/aws/") {
			report("%s: CloudWatch cannot use the key %s that AWS manages", t, t.in.text(key))
		}
	}
}
