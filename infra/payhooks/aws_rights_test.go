//go:build aws

package main

import (
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/payhooks/payhooks/infra/ministack"
)

// borrowers are the functions whose credentials are tried, by logical id. A shop may be
// without some.
var borrowers = map[string]string{"Ingest": "ingest", "Dispatch": "dispatch", "Fetch": "fetch", "Reconcile": "reconcile"}

// onlyTheirWork is the table of rights_test.go with the roles that CloudFormation made, but
// for what MiniStack decides otherwise than AWS.
func (a *account) onlyTheirWork() {
	me, err := sts.NewFromConfig(a.Config()).GetCallerIdentity(a.Context(), &sts.GetCallerIdentityInput{})
	a.ok(err)
	for id, name := range borrowers {
		does := slices.DeleteFunc(slices.Clone(work[name]), func(p string) bool { return p == textAPhone }) // Sms is off
		except := decidedOtherwise(does)
		onlyItsWork(a.T, newThief(a.borrow(id), "payhooks", *me.Account, name, "evt_stolen"), does, except)
		a.Logf("%s: %d of %d probes", name, len(probes)-len(except), len(probes))
	}
}

// decidedOtherwise are the probes that MiniStack allows to functions that do this work.
func decidedOtherwise(work []string) map[string]string {
	except := map[string]string{}
	for _, d := range ministack.Differences() {
		for _, p := range probes {
			if slices.Contains(work, d.Who) && regexp.MustCompile(d.Allows).MatchString(p.name) {
				except[p.name] = d.What
			}
		}
	}
	return except
}

// borrow assumes the role of a function.
func (a *account) borrow(id string) aws.Config {
	a.Helper()
	name, err := a.Resource(a.Context(), "payhooks", id)
	a.ok(err)
	f, err := lambda.NewFromConfig(a.Config()).GetFunctionConfiguration(a.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &name})
	a.ok(err)
	out, err := sts.NewFromConfig(a.Config()).AssumeRole(a.Context(), &sts.AssumeRoleInput{RoleArn: f.Role, RoleSessionName: aws.String("borrowed")})
	a.ok(err)
	cfg, c := a.Config(), out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	return cfg
}
