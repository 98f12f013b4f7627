// How good a talk is, from what the browser counts (W3C webrtc-stats): what was lost since the last look, the round trip.
// ITU-T G.114: 150 ms one way goes unnoticed, 400 ms is the most that a talk bears.

const FAIR = { loss: 0.01, rtt: 0.15 };
const POOR = { loss: 0.05, rtt: 0.4 };

/** Packets received and lost so far, and the round trip in seconds, of an RTCPeerConnection. */
export async function count(connection) {
  const seen = { received: 0, lost: 0, rtt: 0 };
  let pair = null;
  const reports = await connection.getStats();
  reports.forEach((report) => {
    if (report.type === "inbound-rtp" && report.kind === "audio") [seen.received, seen.lost] = [report.packetsReceived, report.packetsLost];
    if (report.type === "transport") pair = report.selectedCandidatePairId;
    if (report.type === "candidate-pair" && report.nominated) pair ??= report.id;
  });
  seen.rtt = reports.get(pair)?.currentRoundTripTime ?? 0;
  return seen;
}

/** What two counts, one after the other, tell: a word, the loss in percent, the round trip in milliseconds. */
export function judge(before, now) {
  const lost = Math.max(0, now.lost - before.lost);
  const all = lost + Math.max(0, now.received - before.received);
  const loss = all ? lost / all : 0;
  const beyond = (limit) => loss > limit.loss || now.rtt > limit.rtt;
  const word = beyond(POOR) ? "poor" : beyond(FAIR) ? "fair" : "good";
  return { word, loss: (100 * loss).toFixed(1), rtt: Math.round(1000 * now.rtt) };
}
