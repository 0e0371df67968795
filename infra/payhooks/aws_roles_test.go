//go:build aws

package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// The role of infra/roles.yaml deploys what an administrator began, and nothing else.
func TestDeployRoleOnMiniStack(t *testing.T) {
	a := newAccount(t)
	a.data("payhooks") // also the SAM CLI's bucket
	a.sam("deploy", "--config-env", "roles", "--no-confirm-changeset", "--parameter-overrides", "Repository=owner/name", "Provider=exists")
	a.plainUploads()
	a.takeDeployRole()
	a.data("payhooks")
	a.sam("build")
	a.sam(mainArgs()...)
	if state := a.state("payhooks"); state != "CREATE_COMPLETE" {
		t.Errorf("the functions' stack is %s", state)
	}
	out, err := a.Sam(t.Context(), a.dir, dataArgs("crm", "off")...)
	if err == nil || !strings.Contains(out, "AccessDenied") {
		t.Errorf("it deployed another stack: %v\n%s", err, out)
	}
}

// plainUploads removes the policy of the SAM CLI's bucket, which denies all but the
// root what does not come by TLS: MiniStack is reached on this machine only, without.
func (a *account) plainUploads() {
	a.Helper()
	bucket, err := a.Resource(a.Context(), "aws-sam-cli-managed-default", "SamCliSourceBucket")
	a.ok(err)
	req, err := http.NewRequestWithContext(a.Context(), http.MethodDelete, a.URL+"/"+bucket+"?policy=", nil)
	a.ok(err)
	root, err := a.Config().Credentials.Retrieve(a.Context())
	a.ok(err)
	empty := sha256.Sum256(nil)
	a.ok(v4.NewSigner().SignHTTP(a.Context(), root, req, hex.EncodeToString(empty[:]), "s3", a.Config().Region, time.Now()))
	res, err := http.DefaultClient.Do(req)
	a.ok(err)
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusNoContent {
		a.Fatalf("the bucket's policy was not removed: %s", res.Status)
	}
}

// workflowToken is a token as GitHub gives one to the workflow; MiniStack reads its claims only.
func workflowToken() string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"RS256","typ":"JWT"}`) + "." + part(`{"iss":"https://token.actions.githubusercontent.com","aud":"sts.amazonaws.com","sub":"repo:owner/name:environment:live","exp":4102444800}`) + "." + part("signature")
}

// takeDeployRole lets commands run with the role, as GitHub's workflow takes it.
func (a *account) takeDeployRole() {
	a.Helper()
	role, err := a.Resource(a.Context(), "payhooks-roles", "Deploy")
	a.ok(err)
	out, err := sts.NewFromConfig(a.Config()).AssumeRoleWithWebIdentity(a.Context(), &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/" + role), RoleSessionName: aws.String("deploy"), WebIdentityToken: aws.String(workflowToken()),
	})
	a.ok(err)
	a.As = map[string]string{
		"AWS_ACCESS_KEY_ID": *out.Credentials.AccessKeyId, "AWS_SECRET_ACCESS_KEY": *out.Credentials.SecretAccessKey, "AWS_SESSION_TOKEN": *out.Credentials.SessionToken,
	}
}
