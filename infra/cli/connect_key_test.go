package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

const key = "arn:aws:kms:eu-west-1:123456789012:key/1"

// deployed is a stack with these parameters, as AWS answers. Its secrets are not there, but
// for webhooks/default; creations are what was asked for.
func deployed(t *testing.T, parameters string) (target *Target, creations *[]map[string]any) {
	t.Helper()
	creations = new([]map[string]any)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, call, isSecret := strings.Cut(r.Header.Get("X-Amz-Target"), "secretsmanager.")
		if !isSecret {
			fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1</StackId>
				<Parameters><member><ParameterKey>Endpoints</ParameterKey><ParameterValue>default=test,connect=test</ParameterValue></member>%s</Parameters></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, parameters)
			return
		}
		var in map[string]any
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		switch {
		case call == "CreateSecret":
			*creations = append(*creations, in)
		case in["SecretId"] != "shop/webhooks/default":
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ResourceNotFoundException"}`)
			return
		}
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(srv.Close)
	cfg := aws.Config{Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	return &Target{AWS: cfg, Stack: "shop", Tables: &dynamo.Tables{}}, creations
}

func TestSecretThatConnectCreatesIsUnderTheKeyOfTheStack(t *testing.T) {
	for _, c := range []struct {
		parameters string
		want       any
	}{
		{"", nil},
		{"<member><ParameterKey>KeyArn</ParameterKey><ParameterValue/></member>", nil},
		{"<member><ParameterKey>KeyArn</ParameterKey><ParameterValue>" + key + "</ParameterValue></member>", key},
	} {
		target, creations := deployed(t, c.parameters)
		stack, err := target.settings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		connector := target.connector(&stripeapi.Client{}, Connection{}, stack.key)
		for _, endpoint := range []string{"default", "connect"} {
			if err := connector.Secrets.Put(t.Context(), endpoint, []string{"whsec_1"}); err != nil {
				t.Fatal(err)
			}
		}
		all := *creations
		if len(all) != 1 || all[0]["Name"] != "shop/webhooks/connect" || all[0]["SecretString"] != "whsec_1" || all[0]["KmsKeyId"] != c.want {
			t.Errorf("with %q: created %v, want one of connect with the key %v", c.parameters, all, c.want)
		}
	}
}
