package mail_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/payhooks/payhooks/internal/mail"
)

// posted returns what a client sends, in a form that can be compared.
func posted(t *testing.T, send func(aws.Config)) string {
	t.Helper()
	var asked string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var members map[string]any
		if err := json.Unmarshal(body, &members); err != nil {
			t.Error(err)
		}
		text, _ := json.Marshal(members) // in order
		asked = r.Method + " " + r.URL.EscapedPath() + " " + r.Header.Get("Content-Type") + " " + string(text)
		accept(w)
	}))
	defer srv.Close()
	send(aws.Config{Region: "us-east-1", BaseEndpoint: &srv.URL, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "secret"}, nil
	})})
	return asked
}

func TestMailIsPostedAsTheSDKDoes(t *testing.T) {
	text := func(s string) *types.Content { return &types.Content{Data: &s, Charset: aws.String("UTF-8")} }
	for _, html := range []string{"", "<p>Thank you & \u2028 goodbye</p>"} {
		m := sample()
		m.HTML, m.Kind, m.Event, m.Reference, m.Subject = html, "", "", "", "Quittung für \"Müller\""
		var id string
		ours := posted(t, func(cfg aws.Config) { id, _ = mail.New(cfg, time.Now).Send(t.Context(), m) })
		theirs := posted(t, func(cfg aws.Config) {
			body := &types.Body{Text: text(m.Text)}
			if html != "" {
				body.Html = text(html)
			}
			_, err := sesv2.NewFromConfig(cfg).SendEmail(t.Context(), &sesv2.SendEmailInput{
				FromEmailAddress: aws.String("<shop@example.com>"), Destination: &types.Destination{ToAddresses: []string{"jenny@example.com"}},
				Content: &types.EmailContent{Simple: &types.Message{
					Subject: text(m.Subject), Body: body, Headers: []types.MessageHeader{{Name: aws.String("X-Payhooks-Key"), Value: aws.String("receipt/pi_1")}},
				}},
			})
			if err != nil {
				t.Error(err)
			}
		})
		if ours != theirs || id != "m-1" {
			t.Errorf("id %q, posted\n%s\nthe SDK posts\n%s", id, ours, theirs)
		}
	}
}
