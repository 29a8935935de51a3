import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { adviceOn } from "../../../../components/kubernetes/advice.ts";

const error =
  'Internal error occurred: failed calling webhook "mcluster.cnpg.io": failed to call webhook: Post ' +
  '"https://cnpg-webhook-service.operators.svc:443/mutate-postgresql-cnpg-io-v1-cluster?timeout=10s": no endpoints';

describe("adviceOn", () => {
  it("names the service, its namespace and where to look", () => {
    assert.match(
      adviceOn(error) ?? "",
      /Service cnpg-webhook-service in namespace operators.*kubectl -n operators get deployments,pods,endpoints/,
    );
  });

  it("does not take another's webhook for the operator", () => {
    const another = error.replace("cnpg-webhook-service.operators", "kyverno-svc.kyverno");
    assert.match(
      adviceOn(another) ?? "",
      /^A webhook of this Kubernetes does not answer \(Service kyverno-svc in namespace kyverno\)/,
    );
    assert.match(adviceOn(error) ?? "", /^The operator does not answer/);
  });

  it("finds it in what the provider says of a create and of an update", () => {
    const urn = "urn:pulumi:s::p::kubernetes:postgresql.cnpg.io/v1:Cluster::db";
    for (const said of [
      `resource "${urn}" was not successfully created by the Kubernetes API server: ${error}`,
      `the Kubernetes API server reported that "n/db" failed to fully initialize or become live: ${error}`,
    ]) {
      assert.equal(adviceOn(said), adviceOn(error));
    }
  });

  it("does without them where the error names none, and says nothing of other errors", () => {
    assert.match(adviceOn("failed calling webhook: EOF") ?? "", /kubectl get pods -A/);
    assert.equal(adviceOn("the server could not find the requested resource"), undefined);
  });
});
