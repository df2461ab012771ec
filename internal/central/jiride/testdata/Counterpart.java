import java.math.BigInteger;
import java.rmi.RemoteException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import org.tempuri.AllegatiInseritiOut;
import org.tempuri.AllegatoIn;
import org.tempuri.AllegatoInseritoOut;
import org.tempuri.AllegatoOut;
import org.tempuri.DocumentoOut;
import org.tempuri.MittenteDestinatarioIn;
import org.tempuri.NuoviAllegati;
import org.tempuri.ProtocolloIn;
import org.tempuri.ProtocolloOut;
import org.tempuri.ProtocolloSoapSoapBindingImpl;

/** One document of J-Iride behind Axis: what the calls carry is read by classes that Axis made of the contract. */
public class Counterpart extends ProtocolloSoapSoapBindingImpl {
  private static final List<AllegatoOut> files = new ArrayList<>();

  @Override
  public ProtocolloOut inserisciProtocolloEAnagrafiche(ProtocolloIn in) {
    ProtocolloOut out = new ProtocolloOut();
    if (in.getOggetto().equals("refuse")) {
      out.setErrore("Classifica inesistente");
      return out;
    }
    out.setIdDocumento(7);
    out.setAnnoProtocollo((short) 2026);
    out.setNumeroProtocollo(123);
    Calendar day = Calendar.getInstance(TimeZone.getTimeZone("Europe/Rome"));
    day.clear();
    day.set(2026, Calendar.MARCH, 2);
    out.setDataProtocollo(day);
    StringBuilder said = new StringBuilder(in.getOggetto());
    for (MittenteDestinatarioIn who : in.getMittentiDestinatari()) {
      said.append('|').append(who.getCognomeNome());
      if (who.getRecapiti() != null) {
        said.append(':').append(who.getRecapiti()[0].getValoreRecapito());
      }
    }
    out.setMessaggio(said.append('|').append(in.getInCaricoA()).append('|').append(in.getUtente()).toString());
    return out;
  }

  @Override
  public ProtocolloOut inserisciProtocolloEAnagraficheMultiDB(ProtocolloIn in, String administration, String aoo) {
    return inserisciProtocolloEAnagrafiche(in);
  }

  @Override
  public DocumentoOut leggiProtocollo(short year, int number, String user, String role) {
    DocumentoOut out = new DocumentoOut();
    if (year != 2026 || number != 123 || !user.equals("SPORTELLO") || !role.equals("PROT")) {
      out.setErrore("Protocollo non trovato");
      return out;
    }
    out.setIdDocumento(7);
    out.setAllegati(files.toArray(new AllegatoOut[0]));
    return out;
  }

  @Override
  public DocumentoOut leggiProtocolloMultiDB(short year, int number, String user, String role, String administration, String aoo) {
    return leggiProtocollo(year, number, user, role);
  }

  @Override
  public AllegatiInseritiOut aggiungiAllegati2(NuoviAllegati added, String administration, String aoo) throws RemoteException {
    AllegatiInseritiOut out = new AllegatiInseritiOut();
    List<AllegatoInseritoOut> list = new ArrayList<>();
    for (AllegatoIn in : added.getAllegati()) {
      AllegatoOut file = new AllegatoOut();
      file.setSerial(files.size() + 1);
      file.setCommento(in.getCommento());
      file.setImage(in.getImage());
      files.add(file);
      list.add(new AllegatoInseritoOut(file.getSerial(), file.getSerial(), (short) 1));
      try {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.getImage());
        if (!in.getNomeAllegato().equals(String.format("%064x.pdf", new BigInteger(1, digest)))) {
          throw new RemoteException("the content is not what the name says");
        }
      } catch (java.security.NoSuchAlgorithmException e) {
        throw new RemoteException("digest", e);
      }
    }
    out.setIdDocumento(Integer.parseInt(added.getIdDoc()));
    out.setAllegati(list.toArray(new AllegatoInseritoOut[0]));
    return out;
  }

  @Override
  public String annullaDocumento(String request, String administration, String aoo) {
    return "<Esito>" + (request.contains("<IdDocumento>7</IdDocumento>") ? "<IdDocumento>7</IdDocumento>" : "<Errore>documento</Errore>") + "</Esito>";
  }
}
